import AWSModels
import AWSWire
import State

/// A gateway as a request names it: by name or ARN.
enum GatewayReference {
    /// The name of the gateway meant.
    /// - Throws: `InvalidParameterException` for what can be no gateway.
    static func name(_ text: String, _ realm: Realm) throws(WireError) -> String {
        let name = text.hasPrefix("arn:") ? try resource(ofARN: text, "gateway", realm) : text
        guard Names.isName(name) else { throw .invalidParameter("Invalid gateway name: \(name)") }
        return name
    }

    /// The gateway meant.
    /// - Throws: `GatewayNotFoundException` when there is none.
    static func find(_ text: String, in snapshot: Snapshot) throws(WireError) -> GatewayRecord {
        guard let gateway = snapshot.get(GatewayRecord.key(try name(text, snapshot.realm))) else {
            throw .gatewayNotFound("The gateway was not found. Specify the name or ARN of a gateway and try again.")
        }
        return gateway
    }

    /// The ARN of what is meant, whether or not it exists.
    static func arn(_ text: String, _ realm: Realm) throws(WireError) -> String {
        GatewayRecord.arn(try name(text, realm), realm)
    }
}
