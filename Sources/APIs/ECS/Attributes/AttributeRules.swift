import AWSModels
import AWSWire

/// Rules for the attributes that users give to container instances.
/// Source: Amazon ECS API Reference, Attribute and PutAttributes.
enum AttributeRules {
    static let maximumPerRequest = 10
    static let maximumPerResource = 10
    /// Names that begin so are the agent's and the region's.
    private static let reservedPrefixes = ["ecs.", "com.amazonaws."]

    /// - Throws: `InvalidParameterException` for no attributes or too many.
    static func check(count: Int) throws(WireError) {
        try Lists.check("Attributes", count, maximum: maximumPerRequest)
    }

    /// - Throws: `InvalidParameterException` for a name users cannot set.
    static func check(name: String) throws(WireError) {
        guard (1...128).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte) else {
            throw .invalidParameter(
                "Invalid attribute name: \(name). A name has 1 to 128 letters, numbers, hyphens, underscores, forward "
                    + "slashes, back slashes and periods.")
        }
        guard !reservedPrefixes.contains(where: { name.lowercased().hasPrefix($0) }) else {
            throw .invalidParameter("The attribute name \(name) is reserved.")
        }
    }

    /// - Throws: `InvalidParameterException` for a value no attribute can have. An attribute may have none.
    static func check(value: String?) throws(WireError) {
        guard let value else { return }
        let isSpaced = value.hasPrefix(" ") || value.hasSuffix(" ")
        guard (1...128).contains(value.utf8.count), value.utf8.allSatisfy(isValueByte), !isSpaced else {
            throw .invalidParameter(
                "Invalid attribute value: \(value). A value has 1 to 128 letters, numbers, hyphens, underscores, "
                    + "periods, at signs, slashes, colons and spaces, and does not begin or end with a space.")
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "-_./\\".utf8.contains(byte) }

    private static func isValueByte(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "-_.@/\\: ".utf8.contains(byte) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }
}
