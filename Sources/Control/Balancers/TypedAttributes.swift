/// The attributes of a load balancer, listener or target group, whose values are texts on the wire.
struct TypedAttributes {
    private let value: (String) -> String

    /// - Parameter value: the value of a key, the default when it was never set; empty when there is none.
    init(_ value: @escaping (String) -> String) {
        self.value = value
    }

    /// Nil for one that the kind does not have, or that is empty.
    func text(_ name: String) -> String? {
        let text = value(name)
        return text.isEmpty ? nil : text
    }

    func integer(_ name: String) -> Int? { text(name).flatMap { Int($0) } }

    func flag(_ name: String) -> Bool? { text(name).map { $0 == "true" } }

    func value<Value: RawRepresentable>(_ name: String) -> Value? where Value.RawValue == String {
        text(name).flatMap { Value(rawValue: $0) }
    }
}
