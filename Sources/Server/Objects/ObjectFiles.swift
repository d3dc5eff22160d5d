import APIPipeline
import AWSWire
import Foundation
import NIOPosix

/// The region's objects on disk: `objects/BUCKET/KEY` in the data directory, a file each. Blocks.
///
/// A key is one file name, percent-encoded, so that no key can lead out of its bucket and none is another's folder:
/// `web/prod.env` is `web%2Fprod.env`. A key too long for a file name is named by its digest.
struct ObjectFiles: Sendable {
    let directory: String

    /// What is told of an object without its bytes.
    struct Look: Sendable {
        var bytes: [UInt8]
        var modifiedAt: Timestamp
    }

    /// Larger objects can only be put there by hand, and are not read.
    static let maximumBytes = 16 << 20
    /// Bytes of a file name that every file system takes.
    private static let longestName = 200

    private func bucket(_ name: String) throws(ObjectError) -> String {
        guard ObjectRequest.isBucketName(name) else { throw .invalidBucketName }
        return "\(directory)/\(name)"
    }

    static func fileName(_ key: String) -> String {
        let name = PercentCoding.encode(key)
        // An encoded key has digits and capital letters behind a percent sign.
        let isPlain = name != "." && name != ".." && name.utf8.count <= longestName
        return isPlain ? name : "%sha256-" + SHA256Digest.hex(of: Array(key.utf8))
    }

    private func path(_ bucket: String, _ key: String) throws(ObjectError) -> String {
        guard key.utf8.count <= ObjectRequest.maximumKey else { throw .keyTooLong }
        let folder = try self.bucket(bucket)
        guard isThere(folder) else { throw .noSuchBucket }
        return "\(folder)/\(ObjectFiles.fileName(key))"
    }

    private func isThere(_ folder: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    func hasBucket(_ name: String) throws(ObjectError) -> Bool { isThere(try bucket(name)) }

    func makeBucket(_ name: String) throws(ObjectError) {
        do {
            try FileManager.default.createDirectory(
                atPath: try bucket(name), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch let error as ObjectError { throw error } catch { throw .internalError }
    }

    func read(_ bucket: String, _ key: String) throws(ObjectError) -> Look {
        let path = try path(bucket, key)
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard attributes?[.type] as? FileAttributeType == .typeRegular else { throw .noSuchKey }
        guard (attributes?[.size] as? Int ?? 0) <= ObjectFiles.maximumBytes else { throw .tooLarge }
        guard let data = FileManager.default.contents(atPath: path) else { throw .noSuchKey }
        let time = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return Look(bytes: Array(data), modifiedAt: Timestamp(milliseconds: Int64(time * 1_000)))
    }

    /// Whole or not at all, and on disk before it returns. A bucket comes with its first object.
    func write(_ bytes: [UInt8], _ bucket: String, _ key: String) throws(ObjectError) {
        try makeBucket(bucket)
        let path = try path(bucket, key)
        let parts = "\(directory)/.parts"
        do {
            try FileManager.default.createDirectory(atPath: parts, withIntermediateDirectories: true)
            let part = "\(parts)/\(ProcessInfo.processInfo.globallyUniqueString)"
            guard FileManager.default.createFile(atPath: part, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw ObjectError.internalError }
            defer { unlink(part) }
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: part))
            try file.write(contentsOf: Data(bytes))
            try file.synchronize()
            try file.close()
            guard rename(part, path) == 0 else { throw ObjectError.internalError }
        } catch { throw .internalError }
    }

    /// Succeeds also when there is none. Source: Amazon S3 API Reference, DeleteObject.
    func remove(_ bucket: String, _ key: String) throws(ObjectError) {
        let path = try path(bucket, key)
        guard unlink(path) == 0 || errno == ENOENT else { throw .internalError }
    }

    /// All buckets with all that is in them.
    func removeAll() { try? FileManager.default.removeItem(atPath: directory) }
}

extension ObjectFiles {
    /// The objects for operations that read them. Disk is touched on another thread.
    var source: ObjectSource {
        ObjectSource { bucket, key, answer in
            NIOThreadPool.singleton.submit { state in
                guard case .active = state else { return answer(.failure(.unreadable)) }
                do throws(ObjectError) {
                    answer(.success(try read(bucket, key).bytes))
                } catch {
                    switch error {
                    case .tooLarge: answer(.failure(.tooLarge))
                    case .internalError: answer(.failure(.unreadable))
                    default: answer(.failure(.notFound))
                    }
                }
            }
        }
    }
}
