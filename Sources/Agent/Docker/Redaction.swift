/// Engines repeat the options of a mount that failed, passwords among them.
enum Redaction {
    /// Source: mount.cifs(8).
    private static let names = ["password=", "password2=", "passwd=", "pass="].map { Array($0.utf8) }

    /// The text with the values of mount options that are passwords left out.
    ///
    /// A value ends where the options end, which only a quote, a colon with a space or the end of the text can say for
    /// sure: passwords may hold commas. So all that follows goes with it.
    static func masked(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard let name = names.first(where: { begins(bytes, at: index, with: $0) }) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            result += bytes[index..<(index + name.count)] + Array("****".utf8)
            index += name.count
            while index < bytes.count, !isEnd(bytes, at: index) { index += 1 }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Without regard to case.
    private static func begins(_ bytes: [UInt8], at index: Int, with name: [UInt8]) -> Bool {
        guard bytes.count - index >= name.count else { return false }
        return name.indices.allSatisfy { offset in
            let byte = bytes[index + offset]
            return name[offset] == ((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
        }
    }

    private static func isEnd(_ bytes: [UInt8], at index: Int) -> Bool {
        bytes[index] == UInt8(ascii: "\"")
            || (bytes[index] == UInt8(ascii: ":") && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: " "))
    }
}
