/// How names of the model become names of Swift.
enum Naming {
    /// A member's or function's name: the first word in lower case, the rest as AWS spells it. `ARN` becomes `arn`,
    /// `IPAddress` becomes `ipAddress`, `taskDefinitionArn` stays.
    static func lowerCamel(_ name: String) -> String {
        let characters = Array(name)
        let capitals = characters.prefix { $0.isUppercase || $0.isNumber }.count
        guard let first = characters.first, first.isUppercase else { return name }
        let count = capitals == characters.count || capitals == 1 ? capitals : capitals - 1
        return String(characters[..<count]).lowercased() + String(characters[count...])
    }

    /// A type's name: the first letter in upper case.
    static func type(_ name: String) -> String {
        name.prefix(1).uppercased() + name.dropFirst()
    }

    /// An enumeration's case: `UPDATE_IN_PROGRESS` becomes `updateInProgress`, `awsvpc` stays.
    static func enumerationCase(_ value: String) -> String {
        let words = value.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }.map(String.init)
        var name = ""
        for word in words {
            let isShouting = !word.contains(where: \.isLowercase)
            let plain = isShouting ? word.lowercased() : word
            name += name.isEmpty ? (isShouting ? plain : lowerCamel(plain)) : type(plain)
        }
        if name.isEmpty { return "empty" }
        return name.first?.isNumber == true ? "_" + name : name
    }

    /// Cases for all values of an enumeration, each different.
    static func enumerationCases(_ values: [String]) -> [(name: String, value: String)] {
        var taken: Set<String> = []
        return values.map { value in
            var name = enumerationCase(value)
            while !taken.insert(name).inserted { name += "_" }
            return (name: name, value: value)
        }
    }

    /// The constructor of an error: its code without `Exception`.
    static func error(_ code: String) -> String {
        let stem = code.hasSuffix("Exception") ? String(code.dropLast("Exception".count)) : code
        return lowerCamel(stem.filter { $0.isLetter || $0.isNumber })
    }

    /// The name in backticks when Swift reserves it.
    static func escaped(_ name: String) -> String { reserved.contains(name) ? "`\(name)`" : name }

    /// A Swift literal of a text.
    static func literal(_ text: String) -> String {
        let plain = text.unicodeScalars.allSatisfy { $0.isASCII && $0 != "\\" && $0 != "\"" && $0.value >= 32 }
        return plain ? "\"\(text)\"" : "#\"\(text)\"#"
    }

    private static let reserved: Set<String> = [
        "Any", "Self", "Type", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default",
        "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func",
        "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil", "operator", "private",
        "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct", "subscript", "super",
        "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]
}
