import Foundation
import Glibc

/// A directory's files: written whole or not at all, readable by their owner only, for some hold private keys.
struct Files: Sendable {
    let directory: String

    /// Makes the directory.
    /// - Throws: `BalancerError` when it is somebody else's, or cannot be made.
    init(_ directory: String) throws {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw BalancerError.directory(directory, "\(error.localizedDescription)") }
        var status = stat()
        guard lstat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
            throw BalancerError.directory(directory, "it is not a directory of ours")
        }
        chmod(directory, 0o700)
    }

    func path(_ name: String) -> String { directory + "/" + name }

    func read(_ name: String) -> String? { try? String(contentsOfFile: path(name), encoding: .utf8) }

    func data(_ name: String) -> Data? { FileManager.default.contents(atPath: path(name)) }

    /// Writes a file unless it has these bytes already.
    func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

    func write(_ name: String, _ data: Data) throws {
        guard self.data(name) != data else { return }
        let target = path(name)
        let parent = (target as NSString).deletingLastPathComponent
        let temporary = target + ".new"
        do {
            if parent != directory {
                try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            }
            guard
                FileManager.default.createFile(
                    atPath: temporary, contents: data, attributes: [.posixPermissions: 0o600])
            else { throw BalancerError.directory(temporary, "it cannot be written") }
        } catch let error as BalancerError { throw error } catch {
            throw BalancerError.directory(target, error.localizedDescription)
        }
        guard rename(temporary, target) == 0 else { throw BalancerError.directory(target, "errno \(errno)") }
    }

    func remove(_ name: String) { unlink(path(name)) }

    /// Removes the directory with everything in it.
    func removeAll() { try? FileManager.default.removeItem(atPath: directory) }

    /// Removes the files of a folder that are not among `kept`, which have the folder's name in front.
    func prune(_ folder: String, keeping kept: Set<String>) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
        where !kept.contains("\(folder)/\(name)") {
            remove("\(folder)/\(name)")
        }
    }
}
