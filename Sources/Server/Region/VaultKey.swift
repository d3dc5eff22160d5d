import Foundation
import State

/// The key of the region's vault: a file in the data directory that only its owner may read.
enum VaultKey {
    private static let name = "vault.key"

    /// Reads the key, or makes one at the first start.
    /// - Throws: when the file cannot be read or made, or has another length: without its key, what is sealed is lost,
    ///   so a damaged one is not replaced.
    static func load(from directory: String) throws -> [UInt8] {
        let path = "\(directory)/\(name)"
        if let data = FileManager.default.contents(atPath: path) {
            guard data.count == Vault.keyLength else { throw VaultKeyError.damaged(path) }
            return [UInt8](data)
        }
        guard !FileManager.default.fileExists(atPath: path) else { throw VaultKeyError.unreadable(path) }
        let key = SystemEntropy.bytes(Vault.keyLength)
        try write(key, to: path)
        return key
    }

    /// Written beside its place and then moved there: half a key must not be found after a crash.
    private static func write(_ key: [UInt8], to path: String) throws {
        let partial = path + ".partial"
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw VaultKeyError.unwritable(path) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(key))
        try file.synchronize()
        try file.close()
        guard rename(partial, path) == 0 else { throw VaultKeyError.unwritable(path) }
    }
}

/// Why there is no key.
enum VaultKeyError: Error, CustomStringConvertible {
    case damaged(String)
    case unreadable(String)
    case unwritable(String)

    var description: String {
        switch self {
        case .damaged(let path): "\(path) is no key of a vault. Restore it; secrets cannot be opened without it."
        case .unreadable(let path): "\(path) cannot be read."
        case .unwritable(let path): "\(path) cannot be written."
        }
    }
}
