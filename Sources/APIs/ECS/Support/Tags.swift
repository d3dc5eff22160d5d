import AWSModels
import AWSWire

/// Rules for the tags of ECS resources.
/// Source: Amazon ECS Developer Guide, Tagging your resources, Tag restrictions.
enum Tags {
    /// Tags with this prefix, in any case, are Amazon's: users cannot set or remove them.
    static let reservedPrefix = "aws:"
    static let maximumPerResource = 50
    static let maximumKeyLength = 128
    static let maximumValueLength = 256

    /// The tags of a request that creates a resource.
    /// - Parameter tags: nil counts as none. A tag without a value has the empty one.
    /// - Throws: `InvalidParameterException` for a reserved or malformed key or value, for a key given twice, and for
    ///   too many tags.
    static func checked(_ tags: [ECS.Tag]?) throws(WireError) -> [ECS.Tag] {
        var result: [ECS.Tag] = []
        var keys: Set<String> = []
        for tag in tags ?? [] {
            let key = try checked(key: tag.key)
            guard keys.insert(key).inserted else {
                throw .invalidParameter("Duplicate tag keys found.")
            }
            result.append(ECS.Tag(key: key, value: try checked(value: tag.value)))
        }
        guard userTagCount(result) <= maximumPerResource else {
            throw .invalidParameter("Too many tags: a resource can have up to \(maximumPerResource) tags.")
        }
        return result
    }

    /// The tag key of a request.
    /// - Throws: `InvalidParameterException` for an empty, long, reserved or malformed key.
    static func checked(key: String?) throws(WireError) -> String {
        guard let key, (1...maximumKeyLength).contains(key.unicodeScalars.count), isText(key) else {
            throw .invalidParameter(
                "Invalid tag key. A key has 1 to \(maximumKeyLength) letters, digits, spaces and _ . : / = + - @.")
        }
        guard !key.lowercased().hasPrefix(reservedPrefix) else {
            throw .invalidParameter("Invalid tag key: '\(reservedPrefix)' is reserved for AWS use.")
        }
        return key
    }

    /// `base` with `changes`: an equal key takes the new value in its old place, a new one stands at the end.
    static func merged(_ base: [ECS.Tag], _ changes: [ECS.Tag]) -> [ECS.Tag] {
        var result = base
        for tag in changes {
            if let index = result.firstIndex(where: { $0.key == tag.key }) {
                result[index].value = tag.value
            } else {
                result.append(tag)
            }
        }
        return result
    }

    /// How many of the tags count against the limit: Amazon's own do not.
    static func userTagCount(_ tags: [ECS.Tag]) -> Int {
        tags.count { !($0.key ?? "").hasPrefix(reservedPrefix) }
    }

    private static func checked(value: String?) throws(WireError) -> String {
        let value = value ?? ""
        guard value.unicodeScalars.count <= maximumValueLength, isText(value) else {
            throw .invalidParameter(
                "Invalid tag value. A value has up to \(maximumValueLength) letters, digits, spaces and "
                    + "_ . : / = + - @.")
        }
        return value
    }

    /// Letters, digits, spaces and a few signs.
    /// Source: Amazon ECS API Reference, Tag: `^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`.
    private static func isText(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            if scalar.isASCII { return isASCIIText(scalar) }
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .letterNumber, .otherNumber, .spaceSeparator, .lineSeparator, .paragraphSeparator:
                return true
            default: return false
            }
        }
    }

    private static func isASCIIText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", " ", "_", ".", ":", "/", "=", "+", "-", "@": true
        default: false
        }
    }
}
