import AWSModels
import AWSWire

/// Rules for the names of ECS resources.
/// Source: Amazon ECS API Reference: up to 255 letters, digits, hyphens and underscores.
enum Names {
    /// Whether `text` is 1 to 255 letters, digits, hyphens and underscores.
    static func isName(_ text: some StringProtocol) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
    }

    /// Whether `text` is the 32 hexadecimal digits of a task or container instance.
    static func isID(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x2D || byte == 0x5F
    }
}
