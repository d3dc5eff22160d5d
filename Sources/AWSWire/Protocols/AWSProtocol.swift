/// How an API puts its inputs and outputs into HTTP messages.
///
/// Inside there is one form: the JSON of a shape. The JSON protocols pass it through, the query protocols transcode it.
package enum AWSProtocol: String, Sendable, CaseIterable {
    case json10, json11, query, ec2Query

    /// The JSON of an operation's input. It is not validated yet.
    /// - Throws: `SerializationException` when the message cannot be read at all.
    package static func input(
        of request: HTTPRequestMessage, for operation: OperationModel
    ) throws(WireError) -> [UInt8] {
        switch operation.api.protocol {
        case .json10, .json11: request.body.isEmpty ? Array("{}".utf8) : request.body
        case .query: try QueryTranscoder.json(QueryForm(request), operation.input.schema, .query)
        case .ec2Query: try QueryTranscoder.json(QueryForm(request), operation.input.schema, .ec2)
        }
    }

    /// The answer of an operation that succeeded.
    package static func response(
        with output: any Shape, for operation: OperationModel, requestID: String
    ) -> HTTPResponseMessage {
        let api = operation.api
        let body = api.protocol.isJSON ? output.encoded() : xml(output, operation, requestID)
        return HTTPResponseMessage(status: 200, headers: headers(api, requestID), body: body)
    }

    /// The answer that is a stream of events.
    package static func response(streaming body: BodyStream, requestID: String) -> HTTPResponseMessage {
        let headers: HTTPHeaders = [
            "x-amzn-RequestId": requestID, "Content-Type": "application/vnd.amazon.eventstream",
        ]
        return HTTPResponseMessage(status: 200, headers: headers, stream: body)
    }

    /// The answer of a request that failed.
    package static func response(
        for error: WireError, _ api: APIModel, requestID: String
    ) -> HTTPResponseMessage {
        let error = error.spoken(in: api.protocol)
        let body = api.protocol.isJSON ? json(error) : xml(error, api, requestID)
        return HTTPResponseMessage(status: error.status, headers: headers(api, requestID), body: body)
    }

    private var isJSON: Bool { self == .json10 || self == .json11 }

    /// Whether requests are forms and answers XML.
    package var isQuery: Bool { self == .query || self == .ec2Query }

    private static func headers(_ api: APIModel, _ requestID: String) -> HTTPHeaders {
        let type =
            switch api.protocol {
            case .json10: "application/x-amz-json-1.0"
            case .json11: "application/x-amz-json-1.1"
            case .query: "text/xml"
            case .ec2Query: "text/xml;charset=UTF-8"
            }
        return ["x-amzn-RequestId": requestID, "Content-Type": type]
    }

    private static func json(_ error: WireError) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.string("__type", error.code)
        if !error.message.isEmpty { writer.string("message", error.message) }
        for member in error.members.members ?? [] {
            writer.key(member.name)
            writer.value(member.value)
        }
        writer.endObject()
        return writer.bytes
    }

    private static func xml(_ output: any Shape, _ operation: OperationModel, _ requestID: String) -> [UInt8] {
        let schema = type(of: output).schema
        return JSONReader.withReader(output.encoded()) { reader in
            var writer = XMLWriter()
            writer.element(operation.name + "Response", namespace: operation.api.xmlNamespace) { writer in
                guard operation.api.protocol == .query else {
                    writer.element("requestId", requestID)
                    return XMLTranscoder.members(&reader, schema, &writer)
                }
                if let wrapper = operation.resultWrapper {
                    writer.element(wrapper) { XMLTranscoder.members(&reader, schema, &$0) }
                }
                writer.element("ResponseMetadata") { $0.element("RequestId", requestID) }
            }
            return writer.bytes
        }
    }

    private static func xml(_ error: WireError, _ api: APIModel, _ requestID: String) -> [UInt8] {
        var writer = XMLWriter()
        guard api.protocol == .query else {
            writer.element("Response") { writer in
                writer.element("Errors") { $0.element("Error") { description(error, &$0) } }
                writer.element("RequestID", requestID)
            }
            return writer.bytes
        }
        writer.element("ErrorResponse", namespace: api.xmlNamespace) { writer in
            writer.element("Error") { writer in
                writer.element("Type", error.isClientFault ? "Sender" : "Receiver")
                description(error, &writer)
            }
            writer.element("RequestId", requestID)
        }
        return writer.bytes
    }

    private static func description(_ error: WireError, _ writer: inout XMLWriter) {
        writer.element("Code", error.code)
        writer.element("Message", error.message)
    }
}
