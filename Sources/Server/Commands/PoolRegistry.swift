import Foundation

/// Which block of addresses each data directory of this machine has for its load balancers, so that no two have the
/// same: a file for each block, named like it, that holds the directory.
///
/// A directory keeps its block. One that is gone loses it, and when all are taken, the directory that was started
/// longest ago does.
struct PoolRegistry {
    /// `10.255.0.0/24` is what `roost balancer` takes when nothing is said.
    private static let blocks = (1...255).map { "10.255.\($0).0" }

    private let directory: String

    /// - Parameter directory: where the files are; all of the machine's regions have the same one.
    init(_ directory: String = "/var/lib/roost/pools") { self.directory = directory }

    /// The block of a data directory.
    ///
    /// Without the right to write the registry it is the one that the path says, which may be another region's as well.
    /// Then there is also no right to make addresses.
    func claim(for path: String) -> String {
        // Another directory with the same name is another one.
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let first = PoolRegistry.place(of: path)
        let order = Array(PoolRegistry.blocks[first...] + PoolRegistry.blocks[..<first])
        let block = locked { chosen(path, order) } ?? order[0]
        return block + "/24"
    }

    private func chosen(_ path: String, _ order: [String]) -> String? {
        let owners = order.map { (block: $0, owner: owner(of: $0)) }
        let block =
            owners.first { $0.owner == path }?.block ?? owners.first { $0.owner.map(isGone) ?? true }?.block
            ?? order.min { lastClaim(of: $0) < lastClaim(of: $1) }
        guard let block else { return nil }
        // Written anew also when it is ours: the time says when it was last used.
        let isWritten = FileManager.default.createFile(atPath: file(block), contents: Data(path.utf8))
        return isWritten ? block : nil
    }

    private func file(_ block: String) -> String { "\(directory)/\(block)" }

    private func owner(of block: String) -> String? {
        FileManager.default.contents(atPath: file(block)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func isGone(_ path: String) -> Bool { !FileManager.default.fileExists(atPath: path) }

    private func lastClaim(of block: String) -> Date {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file(block))
        return attributes?[.modificationDate] as? Date ?? .distantPast
    }

    /// Lets one process choose at a time.
    /// - Returns: nil when the registry cannot be written.
    private func locked(_ body: () -> String?) -> String? {
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let lock = open("\(directory)/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard lock >= 0 else { return nil }
        defer { close(lock) }
        guard flock(lock, LOCK_EX) == 0 else { return nil }
        return body()
    }

    /// Where to begin: FNV-1a of the path.
    private static func place(of path: String) -> Int {
        Int(path.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 } % UInt32(blocks.count))
    }
}
