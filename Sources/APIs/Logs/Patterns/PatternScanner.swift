import AWSWire

/// Reads a filter pattern from left to right.
struct PatternScanner {
    private let text: [Character]
    private(set) var position = 0

    init(_ text: String) { self.text = Array(text) }

    var peek: Character? { position < text.count ? text[position] : nil }
    var isAtEnd: Bool { position >= text.count }

    mutating func next() -> Character? {
        guard let character = peek else { return nil }
        position += 1
        return character
    }

    mutating func skipBlanks() {
        while let character = peek, character.isWhitespace { position += 1 }
    }

    /// Takes `word` if it comes next, behind blanks.
    mutating func take(_ word: String) -> Bool {
        skipBlanks()
        let characters = Array(word)
        guard position + characters.count <= text.count,
            Array(text[position..<(position + characters.count)]) == characters
        else { return false }
        position += characters.count
        return true
    }

    /// Takes a word of letters if it comes next, whatever its case; it must not go on behind.
    mutating func takeKeyword(_ word: String) -> Bool {
        skipBlanks()
        let end = position + word.count
        guard end <= text.count, String(text[position..<end]).uppercased() == word else { return false }
        if end < text.count, text[end].isLetter || text[end].isNumber || text[end] == "_" { return false }
        position = end
        return true
    }

    /// What stands up to the next of some characters.
    mutating func word(until isEnd: (Character) -> Bool) -> String {
        let start = position
        while let character = peek, !isEnd(character) { position += 1 }
        return String(text[start..<position])
    }

    /// A text in quotes; `\"` and `\\` stand for themselves without the backslash.
    mutating func quoted() throws(WireError) -> String {
        position += 1
        var result = ""
        while let character = next() {
            switch character {
            case "\"": return result
            case "\\":
                guard let escaped = next() else { throw .invalidPattern("A quoted term has no end.") }
                if escaped != "\"" && escaped != "\\" { result.append("\\") }
                result.append(escaped)
            default: result.append(character)
            }
        }
        throw .invalidPattern("A quoted term has no end.")
    }

    /// A regular expression between percent signs.
    mutating func regex() throws(WireError) -> PatternText {
        position += 1
        let source = word { $0 == "%" }
        guard next() == "%" else { throw .invalidPattern("A regular expression has no closing %.") }
        do throws(LinearPatternError) { return .regex(try LinearPattern(source)) } catch {
            throw .invalidPattern(error.message)
        }
    }
}

extension WireError {
    static func invalidPattern(_ reason: String) -> WireError {
        WireError(code: "InvalidParameterException", message: "Invalid filter pattern: \(reason)")
    }
}
