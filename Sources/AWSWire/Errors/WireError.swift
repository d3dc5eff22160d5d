/// An error as an AWS API reports it. Each API's own errors have generated constructors.
package struct WireError: Error, Sendable, Equatable {
    /// For example `ClusterNotFoundException`.
    package var code: String
    package var message: String
    /// The HTTP status: 400 for most faults of the client, 500 for ours.
    package var status: Int
    /// Further members of the error's shape: an object.
    package var members: JSONValue

    package init(code: String, message: String, status: Int = 400, members: JSONValue = .object([])) {
        self.code = code
        self.message = message
        self.status = status
        self.members = members
    }

    /// Whether the client is at fault: what the XML protocols call `Sender`.
    package var isClientFault: Bool { status < 500 }
}
