import AWSWire

/// Cuts an ordered list into pages.
///
/// A token is the key of the last item of the page before, so pages stay right while items come and go, and a page
/// costs the same wherever it lies.
package struct Paging: Sendable {
    /// The key after which the page begins; nil for the first page.
    package let after: String?
    /// The most items a page may have.
    package let limit: Int

    private static let tokenPrefix = "r1-"

    /// Reads the members `nextToken` and `maxResults`.
    /// - Parameters:
    ///   - defaultLimit: the page size when `maxResults` is absent.
    ///   - maximum: the largest `maxResults`.
    /// - Throws: `InvalidParameterException` for a token that is none of ours or a size out of range.
    package init(token: String?, maxResults: Int?, defaultLimit: Int = 100, maximum: Int = 100) throws(WireError) {
        limit = maxResults ?? defaultLimit
        guard (1...maximum).contains(limit) else {
            throw .invalidPage("maxResults must be between 1 and \(maximum).")
        }
        guard let token, !token.isEmpty else {
            after = nil
            return
        }
        guard token.hasPrefix(Paging.tokenPrefix), let key = Paging.decode(token.dropFirst(Paging.tokenPrefix.count))
        else { throw .invalidPage("Invalid token") }
        after = key
    }

    /// Collects one page from an ordered walk.
    /// - Parameter walk: calls its argument with key and item for the items after the given key, in order, until it
    ///   returns false.
    /// - Returns: the items, and the token of the next page or nil when this was the last.
    package func page<Item>(
        _ walk: (_ after: String?, _ body: (_ key: String, _ item: Item) -> Bool) -> Void
    ) -> (items: [Item], nextToken: String?) {
        var items: [Item] = []
        var last = ""
        var hasMore = false
        walk(after) { key, item in
            guard items.count < limit else {
                hasMore = true
                return false
            }
            items.append(item)
            last = key
            return true
        }
        return (items, hasMore ? Paging.token(last) : nil)
    }

    private static func token(_ key: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var bytes = Array(tokenPrefix.utf8)
        for byte in key.utf8 {
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func decode(_ text: Substring) -> String? {
        let characters = Array(text.utf8)
        guard characters.count % 2 == 0, characters.count <= 4_096 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: characters.count, by: 2) {
            let pair = String(decoding: characters[index...index + 1], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16), pair.first != "+" else { return nil }
            bytes.append(byte)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension WireError {
    fileprivate static func invalidPage(_ message: String) -> WireError {
        WireError(code: "InvalidParameterException", message: message, status: 400)
    }
}
