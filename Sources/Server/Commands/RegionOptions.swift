import AWSWire
import ArgumentParser
import State

/// The options of `up` and `server`. Flags win over the environment.
struct RegionOptions: ParsableArguments {
    @OptionGroup var data: DataOption

    @Option(help: "The address to serve at, HOST:PORT (ROOST_LISTEN; default 127.0.0.1:4566).")
    var listen: String?

    @Option(help: "A PEM file with the certificate for TLS, and those that lead to its authority (ROOST_TLS_CERT).")
    var tlsCert: String?

    @Option(help: "A PEM file with the key of --tls-cert (ROOST_TLS_KEY).")
    var tlsKey: String?

    @Option(help: "Whether requests must be signed: enforce or off (ROOST_AUTH; default enforce).")
    var auth: String?

    @Option(help: "The account's twelve digits (ROOST_ACCOUNT; default 000000000000).")
    var account: String?

    @Option(help: "The region's name (ROOST_REGION; default us-east-1).")
    var region: String?

    @Option(help: "The root user's KEY:SECRET (ROOST_ROOT_CREDENTIALS; default: made at the first start).")
    var rootCredentials: String?

    @Flag(help: "Allow POST /_roost/reset, which drops all state (ROOST_ALLOW_RESET=1).")
    var allowReset = false

    @Option(help: "Refuse requests that come faster than ECS allows: aws or off (ROOST_THROTTLE; default off).")
    var throttle: String?

    /// The settings, checked, without touching the disk.
    /// - Throws: `ValidationError` with a sentence for the user.
    func address() throws -> (host: String, port: Int) {
        let text = listen ?? Environment.roost("LISTEN") ?? "127.0.0.1:4566"
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port), colon != text.startIndex
        else { throw ValidationError("--listen takes HOST:PORT, for example 127.0.0.1:4566, not '\(text)'.") }
        return (String(text[..<colon]), port)
    }

    func tls() throws -> (certificate: String, key: String)? {
        switch (tlsCert ?? Environment.roost("TLS_CERT"), tlsKey ?? Environment.roost("TLS_KEY")) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return (certificate, key)
        default: throw ValidationError("--tls-cert and --tls-key go together.")
        }
    }

    func realm() throws -> Realm {
        let account = account ?? Environment.roost("ACCOUNT") ?? "000000000000"
        guard account.utf8.count == 12, account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw ValidationError("--account takes twelve digits, not '\(account)'.")
        }
        let region = region ?? Environment.roost("REGION") ?? "us-east-1"
        let isPart = { (byte: UInt8) in byte == 0x2D || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) }
        guard !region.isEmpty, region.utf8.allSatisfy(isPart) else {
            throw ValidationError("--region takes a name such as us-east-1, not '\(region)'.")
        }
        return Realm(account: account, region: region)
    }

    func isAuthenticating() throws -> Bool {
        switch auth ?? Environment.roost("AUTH") ?? "enforce" {
        case "enforce": return true
        case "off": return false
        case let other: throw ValidationError("--auth is enforce or off, not '\(other)'.")
        }
    }

    func isThrottling() throws -> Bool {
        switch throttle ?? Environment.roost("THROTTLE") ?? "off" {
        case "aws": return true
        case "off": return false
        case let other: throw ValidationError("--throttle is aws or off, not '\(other)'.")
        }
    }

    func givenCredential() throws -> Credential? {
        guard let text = rootCredentials ?? Environment.roost("ROOT_CREDENTIALS") else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { throw ValidationError("--root-credentials takes KEY:SECRET.") }
        return Credential(accessKeyID: String(parts[0]), secretAccessKey: String(parts[1]))
    }

    /// Checks every option before anything is done.
    func validate() throws {
        _ = try address()
        _ = try realm()
        _ = try tls()
        _ = try isAuthenticating()
        _ = try givenCredential()
    }

    /// The settings, with the credentials read or made.
    func settings(_ directory: DataDirectory) throws -> RegionSettings {
        let (host, port) = try address()
        return RegionSettings(
            realm: try realm(), dataDirectory: directory.path, host: host, port: port, tls: try tls(),
            isAuthenticating: try isAuthenticating(),
            allowsReset: allowReset || Environment.roost("ALLOW_RESET").map { $0 != "0" && $0 != "false" } ?? false,
            isThrottling: try isThrottling(),
            credential: try directory.credential(given: try givenCredential()))
    }
}
