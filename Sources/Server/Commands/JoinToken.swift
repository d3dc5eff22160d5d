import APIPipeline
import AWSWire
import State

/// What a machine needs to join a cluster as a container instance: credentials in one word, good for what agents do in
/// that cluster and for nothing else.
struct JoinToken: Equatable {
    private static let prefix = "roost-join-"
    /// The role whose session the credentials are of. Source: Amazon ECS Developer Guide, container instance IAM role.
    private static let roleName = "ecsInstanceRole"

    let credential: Credential

    /// Makes a token.
    /// - Parameter expiresAt: after that, agents that have it are refused.
    static func make(
        cluster: String, _ realm: Realm, _ vault: Vault, expiresAt: Timestamp, _ random: inout SeededRandom
    ) -> JoinToken {
        let role = "arn:\(realm.partition):iam::\(realm.account):role/\(roleName)"
        let session = RoleSession(
            role: role, name: "agents-of-\(cluster)", holder: .agents(cluster: cluster), expiresAt: expiresAt)
        return JoinToken(credential: session.credential(vault, &random))
    }

    init(credential: Credential) { self.credential = credential }

    /// Reads a token; nil for anything else.
    init?(_ text: String) {
        guard text.hasPrefix(JoinToken.prefix),
            let bytes = Base64.decode(text.dropFirst(JoinToken.prefix.count).utf8),
            let value = try? JSONValue.parse(bytes),
            let key = value["key"]?.stringValue, let secret = value["secret"]?.stringValue,
            let token = value["token"]?.stringValue
        else { return nil }
        credential = Credential(accessKeyID: key, secretAccessKey: secret, sessionToken: token)
    }

    /// The token as it is handed over.
    var text: String {
        let value: JSONValue = [
            "key": .string(credential.accessKeyID), "secret": .string(credential.secretAccessKey),
            "token": .string(credential.sessionToken ?? ""),
        ]
        return JoinToken.prefix + String(decoding: Base64.encode(value.encode()), as: UTF8.self)
    }
}
