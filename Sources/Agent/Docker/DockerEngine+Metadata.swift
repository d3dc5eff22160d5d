import AWSWire
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Files in which containers find what concerns them. What goes wrong with one is no reason to stop a container.
extension DockerEngine {
    private static let maximumFile = 64 << 10

    /// Beside what it remembers of images; nil for an engine that remembers nothing.
    private var metadataRoot: String? {
        bookPath.map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) + "/metadata" }
    }

    func noteMetadata(_ details: JSONValue, of id: String) {
        metadataDirectories[id] = metadataRoot.flatMap { ContainerMetadataFile.directory(of: details, in: $0) }
    }

    /// Before the container is created: the engine would make the folder, for root only.
    func writeMetadata(_ file: ContainerMetadataFile) async {
        await write(file.facts, in: file.directory)
    }

    /// - Parameter details: of a container that runs.
    func completeMetadata(_ details: JSONValue) async {
        let id = DockerInspection(details).id
        noteMetadata(details, of: id)
        guard let directory = metadataDirectories[id] else { return }
        let path = "\(directory)/\(ContainerMetadataFile.name)"
        let read = try? await NIOThreadPool.singleton.runIfActive {
            Journal.read(path, limit: DockerEngine.maximumFile)
        }
        guard let facts = read ?? nil else { return }
        await write(ContainerMetadataFile.completed(facts, with: details), in: directory)
    }

    func removeMetadata(of id: String) async {
        guard let directory = metadataDirectories.removeValue(forKey: id) else { return }
        try? await NIOThreadPool.singleton.runIfActive {
            unlink("\(directory)/\(ContainerMetadataFile.name)")
            rmdir(directory)
        }
    }

    private func write(_ value: JSONValue, in directory: String) async {
        let bytes = value.encode()
        do {
            try await NIOThreadPool.singleton.runIfActive {
                try DockerEngine.write(bytes, directory, directory + "/" + ContainerMetadataFile.name)
            }
        } catch {
            logger.warning("no metadata file for a container", metadata: ["error": "\(error)"])
        }
    }

    /// Readable for every user of the container, and never half written.
    private static func write(_ bytes: [UInt8], _ directory: String, _ path: String) throws {
        let parent = String(directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)])
        for folder in [parent, directory] {
            guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw JournalError("make", folder) }
        }
        try TaskLog.replace(path, bytes, false)
        guard chmod(path, 0o644) == 0 else { throw JournalError("open to all", path) }
    }
}
