import AWSWire
import State

/// The operations a region serves, by API and name.
package struct OperationTable: Sendable {
    private var apis: [String: APIModel] = [:]
    private var handlers: [String: any OperationHandler] = [:]

    package init() {}

    /// Adds an operation.
    package mutating func register<O: Operation>(_ operation: O) {
        let model = O.model
        handlers[OperationTable.name(model.api, model.name)] = Handler(operation: operation)
    }

    /// Makes an API known, so that its other operations answer with a clear error.
    package mutating func register(_ api: APIModel) {
        apis[api.id] = api
    }

    /// The APIs, in order of their ids.
    package var models: [APIModel] { apis.values.sorted { $0.id < $1.id } }

    /// What serves an operation; nil when it is not built.
    package func handler(_ model: OperationModel) -> (any OperationHandler)? {
        handlers[OperationTable.name(model.api, model.name)]
    }

    private static func name(_ api: APIModel, _ operation: String) -> String { "\(api.id).\(operation)" }
}

/// An operation without its types: bytes in, bytes out.
package protocol OperationHandler: Sendable {
    /// Whether the operation changes nothing.
    var isRead: Bool { get }
    /// Decodes and validates the input.
    func decode(_ bytes: [UInt8]) throws(WireError) -> any PreparedCall
}

/// A decoded request, ready to run on a snapshot.
package protocol PreparedCall: Sendable {
    /// Asks for permission, performs, and returns what encodes the output as JSON.
    func run(
        _ call: Call, _ access: any AccessDeciding, _ transaction: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> any Shape
}

private struct Handler<O: Operation>: OperationHandler {
    let operation: O

    var isRead: Bool { operation is any ReadOperation }

    func decode(_ bytes: [UInt8]) throws(WireError) -> any PreparedCall {
        Prepared(operation: operation, input: try O.Input.decode(bytes, O.model.api))
    }
}

private struct Prepared<O: Operation>: PreparedCall {
    let operation: O
    let input: O.Input

    func run(
        _ call: Call, _ access: any AccessDeciding, _ transaction: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> any Shape {
        for request in try operation.access(input, call, transaction) {
            try access.decide(request, call.caller, transaction.snapshot)
        }
        return try operation.perform(input, call, &transaction, &context)
    }
}
