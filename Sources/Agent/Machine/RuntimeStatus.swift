import AWSWire

/// What the server is told of the container engine.
struct RuntimeStatus: Sendable {
    enum State: Sendable, Equatable {
        case initializing
        case ok
        case impaired(String)

        var name: String {
            switch self {
            case .initializing: "INITIALIZING"
            case .ok: "OK"
            case .impaired: "IMPAIRED"
            }
        }

        var reason: String? {
            if case .impaired(let reason) = self { reason } else { nil }
        }
    }

    private(set) var state = State.initializing
    private(set) var changedAt: Timestamp?

    mutating func change(to state: State, at now: Timestamp) {
        if state.name != self.state.name || changedAt == nil { changedAt = now }
        self.state = state
    }
}
