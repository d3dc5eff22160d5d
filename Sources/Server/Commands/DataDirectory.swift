import AWSWire
import ArgumentParser
import Foundation

/// A region's directory: the store, the credentials, and where the running region is reached.
struct DataDirectory: Sendable {
    let path: String

    private var credentialsPath: String { path + "/credentials" }
    private var regionPath: String { path + "/region.json" }

    /// Makes the directory if need be, readable for its owner only.
    static func make(_ path: String) throws -> DataDirectory {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw UserError("The directory \(path) cannot be made: \(error.localizedDescription)") }
        return DataDirectory(path: path)
    }

    /// Keeps other servers out until the process ends.
    /// - Throws: when another process has the directory.
    func lock() throws {
        let file = open(path + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw UserError("The directory \(path) cannot be written. Check its owner and mode.") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw UserError("Another Roost uses \(path). Stop it, or choose another --data directory.")
        }
    }

    /// The root user's credentials: given ones are kept for `roost env`, else the kept ones, else new ones.
    func credential(given: Credential?) throws -> Credential {
        if let given {
            try write(given)
            return given
        }
        if let kept = try? keptCredential() { return kept }
        let made = Credential(
            accessKeyID: "AKIA" + SystemEntropy.text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
            secretAccessKey: SystemEntropy.text(
                40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+"))
        try write(made)
        return made
    }

    /// The credentials of a region that was started here before.
    func keptCredential() throws -> Credential {
        guard let text = try? String(contentsOfFile: credentialsPath, encoding: .utf8) else {
            throw UserError("There is no region in \(path). Start one with `roost up --data \(path)`.")
        }
        let parts = text.split(whereSeparator: \.isNewline).first?.split(separator: ":", maxSplits: 1) ?? []
        guard parts.count == 2 else {
            throw UserError("\(credentialsPath) is damaged: it should hold KEY:SECRET. Mend it or remove it.")
        }
        return Credential(accessKeyID: String(parts[0]), secretAccessKey: String(parts[1]))
    }

    /// What a node signs with: the environment's credential, or the region's that was started here.
    func givenOrKeptCredential() throws -> Credential {
        guard let key = Environment.value("AWS_ACCESS_KEY_ID"), let secret = Environment.value("AWS_SECRET_ACCESS_KEY")
        else { return try keptCredential() }
        return Credential(
            accessKeyID: key, secretAccessKey: secret, sessionToken: Environment.value("AWS_SESSION_TOKEN"))
    }

    private func write(_ credential: Credential) throws {
        try writeSecretly("\(credential.accessKeyID):\(credential.secretAccessKey)\n", to: credentialsPath)
    }

    /// Notes where the region is reached.
    func announce(endpoint: String, region: String, account: String) throws {
        let value: JSONValue = .object([
            "endpoint": .string(endpoint), "region": .string(region), "account": .string(account),
        ])
        try writeSecretly(String(decoding: value.encode(), as: UTF8.self) + "\n", to: regionPath)
    }

    /// Where the region was last reached.
    func announced() throws -> (endpoint: String, region: String) {
        guard let bytes = FileManager.default.contents(atPath: regionPath),
            let value = try? JSONValue.parse(Array(bytes)), let endpoint = value["endpoint"]?.stringValue,
            let region = value["region"]?.stringValue
        else { throw UserError("There is no region in \(path). Start one with `roost up --data \(path)`.") }
        return (endpoint, region)
    }

    /// The account of the region that was last started here.
    func announcedAccount() throws -> String {
        let bytes = FileManager.default.contents(atPath: regionPath).map { Array($0) } ?? []
        guard let account = (try? JSONValue.parse(bytes))?["account"]?.stringValue else {
            throw UserError("There is no region in \(path). Start one with `roost up --data \(path)`.")
        }
        return account
    }

    /// Written beside and renamed, so that a crash leaves the old file or the new one.
    private func writeSecretly(_ text: String, to path: String) throws {
        let temporary = path + ".new"
        let made = FileManager.default.createFile(
            atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard made, rename(temporary, path) == 0 else {
            throw UserError("\(path) cannot be written. Check the directory's owner, mode and free space.")
        }
    }
}

/// An error whose text is a sentence for the person at the terminal.
struct UserError: Error, CustomStringConvertible, LocalizedError {
    let description: String
    var errorDescription: String? { description }

    init(_ description: String) {
        self.description = description
    }
}
