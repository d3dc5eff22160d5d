import AWSWire

/// Who pulls an image: a user of a registry. Its password is in no description, so in no log either.
package struct RegistryCredential: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    let username: String
    let password: String

    package init(username: String, password: String) {
        self.username = username
        self.password = password
    }

    /// Reads what a secret for a private registry holds: `{"username":"…","password":"…"}`.
    /// - Throws: `SecretFailure`, in the official agent's words, which name nothing of the secret.
    /// Source: Amazon ECS Developer Guide, "Using non-AWS container images"; amazon-ecs-agent, agent/asm.
    init(secret text: String) throws(SecretFailure) {
        let context = "asm fetching authorization data: "
        guard !text.isEmpty else { throw SecretFailure("\(context)empty secrets value") }
        guard let members = (try? JSONValue.parse(text))?.members else {
            throw SecretFailure("\(context)unable to unmarshal secret value, invalid schema")
        }
        // Go matches names without regard to case.
        func value(_ name: String) throws(SecretFailure) -> String {
            guard let text = members.last(where: { $0.name.lowercased() == name })?.value.stringValue, !text.isEmpty
            else { throw SecretFailure("asm fetching \(name): AuthorizationData is malformed, empty field") }
            return text
        }
        self.init(username: try value("username"), password: try value("password"))
    }

    /// The engine's header `X-Registry-Auth`: JSON in the URL alphabet of base 64.
    /// Source: Docker Engine API v1.41, Authentication.
    var header: String {
        let value: JSONValue = ["username": .string(username), "password": .string(password)]
        let text = String(decoding: Base64.encode(value.encode()), as: UTF8.self)
        return String(text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    package var description: String { "RegistryCredential(\(username))" }
    package var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
