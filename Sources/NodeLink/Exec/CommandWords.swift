/// A command as one text, and as the words that are run: no shell is involved, unless the command is one.
/// Source: observed, ECS Exec: `--command "ls | wc"` hands `|` to `ls`; quotes and backslashes are those of a shell.
package enum CommandWords {
    /// The words of a text.
    /// - Returns: nil when a quote is not closed, or a backslash is last.
    package static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = text[...]
        while let character = characters.popFirst() {
            switch (character, quote) {
            case ("'", "'"?), ("\"", "\""?): quote = nil
            case ("'", nil), ("\"", nil):
                quote = character
                word = word ?? ""
            case ("\\", let open) where open != "'":
                guard let next = characters.popFirst() else { return nil }
                // Between double quotes a backslash stands for itself unless it takes a meaning away.
                let isKept = open == "\"" && !"\"\\$`".contains(next)
                word = (word ?? "") + (isKept ? "\\" : "") + String(next)
            case (" ", nil), ("\t", nil), ("\n", nil), ("\r", nil), ("\r\n", nil):
                if let whole = word { words.append(whole) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        return word.map { words + [$0] } ?? words
    }

    /// The text that is split into these words.
    package static func join(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "_-./:=@%+,".utf8.contains(byte)
        }
        guard !isPlain || word.isEmpty else { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
