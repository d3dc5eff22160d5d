import AWSWire

/// An answer of the endpoints of tasks.
struct EndpointResponse: Sendable, Equatable {
    var status: Int
    var contentType = "application/json"
    var body: [UInt8]
    /// Whether the request was about something that this agent does not know: another one on the machine may.
    var isForeign = false

    static func json(_ status: Int, _ value: JSONValue) -> EndpointResponse {
        EndpointResponse(status: status, body: value.encode())
    }

    static func text(_ status: Int, _ text: String) -> EndpointResponse {
        EndpointResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// For what this agent does not know.
    static func foreign(_ status: Int, _ value: JSONValue) -> EndpointResponse {
        var response = json(status, value)
        response.isForeign = true
        return response
    }

    /// There is no such path. Source: Go's net/http.
    static let notFound = text(404, "404 page not found\n")
}
