/// Texts that are addresses of the Internet Protocol, version 6.
package enum IPv6Address {
    /// Whether a text is one: up to eight groups, `::` at most once, IPv4 in the last two.
    /// Source: RFC 4291, section 2.2.
    package static func isValid(_ text: some StringProtocol) -> Bool {
        let text = String(text)
        guard text.utf8.count <= 45 else { return false }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2, !text.contains(":::") else { return false }
        var count = 0
        for (index, half) in halves.enumerated() where !half.isEmpty {
            guard let groups = groups(half, mayEndInIPv4: index == halves.count - 1) else { return false }
            count += groups
        }
        return halves.count == 2 ? count <= 7 : count == 8
    }

    private static func groups(_ text: String, mayEndInIPv4: Bool) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var count = 0
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, part.contains(".") {
                guard IPv4Address(part) != nil else { return nil }
                count += 2
            } else {
                guard (1...4).contains(part.utf8.count), part.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
                    return nil
                }
                count += 1
            }
        }
        return count
    }
}
