/// The parameters of a query request: those of its address, then those of its form.
package struct QueryForm: Sendable {
    /// Decoded, in the order sent.
    package let parameters: [(name: String, value: String)]

    /// Reads the query of the address, and the body when it is a form.
    package init(_ request: HTTPRequestMessage) {
        let type = request.headers["Content-Type"] ?? ""
        let hasForm = type.isEmpty || type.lowercased().hasPrefix("application/x-www-form-urlencoded")
        let form = request.method == "POST" && hasForm ? QueryForm.parse(request.body) : []
        parameters = QueryForm.parse(Array(request.rawQuery.utf8)) + form
    }

    /// Reads the query of an address.
    package init(query: String) {
        parameters = QueryForm.parse(Array(query.utf8))
    }

    /// The first value of a parameter; nil when it is absent.
    package func value(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    private static func parse(_ bytes: [UInt8]) -> [(name: String, value: String)] {
        bytes.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (name: text(parts[0]), value: parts.count > 1 ? text(parts[1]) : "")
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: PercentCoding.decode(bytes, plusIsSpace: true), as: UTF8.self)
    }
}
