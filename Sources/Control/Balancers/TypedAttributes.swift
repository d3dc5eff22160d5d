/// The attributes of a load balancer, listener or target group, whose values are texts on the wire.
struct TypedAttributes {
    private let attributes: [String: String]

    init(_ attributes: [String: String]) {
        self.attributes = attributes
    }

    /// Nil for one that is not set, or empty.
    func text(_ name: String) -> String? { attributes[name].flatMap { $0.isEmpty ? nil : $0 } }

    func integer(_ name: String) -> Int? { text(name).flatMap { Int($0) } }

    func flag(_ name: String) -> Bool? { text(name).map { $0 == "true" } }

    func value<Value: RawRepresentable>(_ name: String) -> Value? where Value.RawValue == String {
        text(name).flatMap { Value(rawValue: $0) }
    }

    /// Those whose names begin and end so, by what is between, in order.
    func between(_ start: String, _ end: String) -> [(name: String, value: String)] {
        attributes.filter { $0.key.hasPrefix(start) && $0.key.hasSuffix(end) && !$0.value.isEmpty }
            .sorted { $0.key < $1.key }
            .map { (String($0.key.dropFirst(start.count).dropLast(end.count)), $0.value) }
    }
}
