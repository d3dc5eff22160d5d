/// Regular expressions for HAProxy (PCRE2), made from wildcards or given by others.
enum HAProxyRegex {
    /// How many steps a comparison may take. Without a limit of ours one with `(a*)*` takes ten million, 8 ms each
    /// time, in which HAProxy does nothing else. One that comes to the limit does not fit.
    private static let maximumSteps = 10_000

    /// The same expression with the limit.
    static func bounded(_ regex: String) -> String { "(*LIMIT_MATCH=\(maximumSteps))" + regex }

    /// The expression that fits what a wildcard fits.
    /// - Parameters:
    ///   - any: what `*` stands for.
    ///   - one: what `?` stands for.
    static func wildcard(_ text: String, any: String = ".*", one: String = ".") -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "*"): any
            case UInt8(ascii: "?"): one
            default: literal(byte)
            }
        }.joined()
    }

    private static func literal(_ byte: UInt8) -> String {
        let isItself = HAProxySyntax.isAlphanumeric(byte) || "/-_=".utf8.contains(byte)
        return isItself ? String(UnicodeScalar(byte)) : HAProxySyntax.escape(byte)
    }

    /// The same expression without quotes and control characters, so that it can be a quoted argument of a converter.
    static func argument(_ regex: String) -> String {
        var result = ""
        var isEscaped = false
        for byte in regex.utf8 {
            let isUnsafe = byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || HAProxySyntax.isControl(byte)
            if isEscaped {
                isEscaped = false
                result += isUnsafe ? HAProxySyntax.escape(byte) : "\\" + String(decoding: [byte], as: UTF8.self)
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if isUnsafe || byte >= 0x80 {
                result += HAProxySyntax.escape(byte)
            } else {
                result.unicodeScalars.append(UnicodeScalar(byte))
            }
        }
        return isEscaped ? result + "\\\\" : result
    }

    /// A replacement: `$1` is a group, everything else itself. What no address holds is percent-encoded, so that it
    /// cannot end the request line.
    static func replacement(_ text: String) -> String {
        var result = ""
        var isGroup = false
        for byte in text.utf8 {
            if isGroup {
                isGroup = false
                if (0x30...0x39).contains(byte) {
                    result += "\\" + String(UnicodeScalar(byte))
                    continue
                }
                result += HAProxySyntax.escape(UInt8(ascii: "$"))
            }
            if byte == UInt8(ascii: "$") {
                isGroup = true
            } else if byte <= 0x20 || byte >= 0x7F {
                result += HAProxySyntax.escape(UInt8(ascii: "%")) + HAProxySyntax.hex(byte).uppercased()
            } else {
                result += literal(byte)
            }
        }
        return isGroup ? result + HAProxySyntax.escape(UInt8(ascii: "$")) : result
    }
}
