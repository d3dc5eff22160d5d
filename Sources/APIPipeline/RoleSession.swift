import AWSWire
import State

/// A session of a role: temporary credentials whose token says, under the region's seal, whose they are and until when.
///
/// Nothing of them is stored: whoever has the region's key can open the token, and the secret follows from it. So they
/// survive a restart, every server of a region takes them, and issuing them changes no state.
/// Source: AWS IAM User Guide, Temporary security credentials in IAM.
package struct RoleSession: Sendable, Equatable {
    /// Who has the credentials.
    package enum Holder: Sendable, Equatable {
        /// A task; they end with it.
        case task(Key<TaskRecord>)
        /// The agents of container instances that join a cluster.
        case agents(cluster: String)
    }

    /// The role's ARN.
    package var role: String
    /// The name of the session; a task's id for a task's.
    package var name: String
    package var holder: Holder
    package var expiresAt: Timestamp

    package init(role: String, name: String, holder: Holder, expiresAt: Timestamp) {
        self.role = role
        self.name = name
        self.holder = holder
        self.expiresAt = expiresAt
    }

    /// Makes credentials. Each call makes others.
    package func credential(_ vault: Vault, _ random: inout SeededRandom) -> Credential {
        let keyID = "ASIA" + RoleSession.identifier(vault.derive("access-key-id", from: random.hex(32)), length: 16)
        let token = vault.seal(content.encode(), for: RoleSession.seal(keyID), &random)
        return RoleSession.credential(keyID, token, expiresAt, vault)
    }

    /// Opens the token of credentials.
    /// - Returns: nil when this region did not issue them.
    package init?(accessKeyID: String, token: String, _ vault: Vault) {
        guard let bytes = vault.open(token, for: RoleSession.seal(accessKeyID)),
            let content = try? JSONValue.parse(bytes), let role = content["role"]?.stringValue,
            let name = content["name"]?.stringValue, case .int(let end)? = content["expiresAt"]
        else { return nil }
        if let task = content["task"]?.stringValue {
            holder = .task(Key(path: task))
        } else if let cluster = content["agentsOf"]?.stringValue {
            holder = .agents(cluster: cluster)
        } else {
            return nil
        }
        self.role = role
        self.name = name
        expiresAt = Timestamp(milliseconds: end)
    }

    /// The credentials that a token stands for.
    func credential(_ accessKeyID: String, _ token: String, _ vault: Vault) -> Credential {
        RoleSession.credential(accessKeyID, token, expiresAt, vault)
    }

    private static func credential(
        _ accessKeyID: String, _ token: String, _ end: Timestamp, _ vault: Vault
    ) -> Credential {
        let secret = Base64.encode(vault.derive("secret-access-key", from: token)).prefix(40)
        return Credential(
            accessKeyID: accessKeyID, secretAccessKey: String(decoding: secret, as: UTF8.self), sessionToken: token,
            expiresAt: end)
    }

    private static func seal(_ accessKeyID: String) -> String { "session/\(accessKeyID)" }

    private var content: JSONValue {
        var content: JSONValue = [
            "role": .string(role), "name": .string(name), "expiresAt": .int(expiresAt.milliseconds),
        ]
        switch holder {
        case .task(let key): content["task"] = .string(key.path)
        case .agents(let cluster): content["agentsOf"] = .string(cluster)
        }
        return content
    }

    /// Who calls with the credentials.
    /// Source: AWS STS API Reference, AssumedRoleUser.
    package func caller(_ realm: Realm) -> Caller {
        let account = ARN(role)?.account ?? realm.account
        let roleName = role.split(separator: "/").last.map(String.init) ?? ""
        // Seam: IAM gives every role a unique id. Until there is IAM, one follows from the role's ARN.
        let roleID = "AROA" + RoleSession.identifier(SHA256Digest.bytes(of: Array(role.utf8)), length: 17)
        var caller = Caller(
            arn: "arn:\(realm.partition):sts::\(account):assumed-role/\(roleName)/\(name)", account: account,
            userID: "\(roleID):\(name)")
        caller.session = self
        return caller
    }

    /// Capitals and digits as in AWS's identifiers: five bits of each byte.
    private static func identifier(_ bytes: [UInt8], length: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        return String(decoding: bytes.prefix(length).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    }
}
