/// An AWS API: how it is spoken, and its operations. Generated.
package struct APIModel: Sendable {
    /// The name in the SDKs, for example `ecs`.
    package let id: String
    /// For example `2014-11-13`.
    package let version: String
    package let `protocol`: AWSProtocol
    /// What precedes the operation in `X-Amz-Target`; nil for other protocols.
    package let targetPrefix: String?
    /// The services a signature for this API may name.
    package let signingNames: [String]
    /// The XML protocols' namespace; nil for the JSON protocols.
    package let xmlNamespace: String?
    /// The code of errors about values that break a constraint.
    package let validationErrorCode: String

    /// A closure, because operations and their API know each other.
    private let lookUp: @Sendable () -> [String: OperationModel]

    package init(
        id: String, version: String, protocol: AWSProtocol, targetPrefix: String? = nil, signingNames: [String],
        xmlNamespace: String? = nil, validationErrorCode: String = "ValidationException",
        operations: @escaping @Sendable () -> [String: OperationModel]
    ) {
        self.id = id
        self.version = version
        self.protocol = `protocol`
        self.targetPrefix = targetPrefix
        self.signingNames = signingNames
        self.xmlNamespace = xmlNamespace
        self.validationErrorCode = validationErrorCode
        lookUp = operations
    }

    /// All operations of the model, by name.
    package var operations: [String: OperationModel] { lookUp() }

    /// An operation by its name; nil when the API has none such.
    package func operation(_ name: String) -> OperationModel? { lookUp()[name] }
}

/// One operation of an AWS API. Generated.
package struct OperationModel: Sendable {
    /// For example `RunTask`.
    package let name: String
    package let api: APIModel
    package let input: any Shape.Type
    package let output: any Shape.Type
    /// The codes of the errors the model names.
    package let errors: [String]
    /// Whether the model says that the operation changes nothing.
    package let isReadOnly: Bool
    /// The element around the output in the Query protocol; nil for none.
    package let resultWrapper: String?

    package init(
        name: String, api: APIModel, input: any Shape.Type, output: any Shape.Type, errors: [String],
        isReadOnly: Bool = false, resultWrapper: String? = nil
    ) {
        self.name = name
        self.api = api
        self.input = input
        self.output = output
        self.errors = errors
        self.isReadOnly = isReadOnly
        self.resultWrapper = resultWrapper
    }
}

/// An operation's empty input or output, where the model names no shape.
package struct EmptyShape: Shape {
    package static let schema = Schema.structure("Empty")

    package init() {}

    package init(from reader: inout JSONReader) { reader.skip() }

    package func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.endObject()
    }
}
