import AWSWire

/// Getting images.
extension DockerEngine {
    func pull(
        _ image: String, as credential: RegistryCredential?, for reference: ContainerReference
    ) async -> EngineEvent? {
        let name = DockerEngine.withTag(image)
        do {
            if image == NamespaceContainer.image { return .pulled(reference, imageDigest: try await makePauseImage()) }
            let isPinned = image.contains("@")
            // What a digest names never changes, so what is here is what is meant.
            if images.behavior == .preferCached || isPinned, let local = try await local(name, others: false) {
                return .pulled(reference, imageDigest: local.digest)
            }
            let failure = await failure(ofPulling: name, as: credential ?? images.authentication.credential(for: name))
            let local = try await local(name, others: true)
            let isNeeded = images.behavior != .default && !isPinned
            if let failure, isNeeded || local == nil { return .pullFailed(reference, failure) }
            return .pulled(reference, imageDigest: local?.digest)
        } catch {
            return .pullFailed(reference, error)
        }
    }

    /// The agent's own image needs no registry.
    private func makePauseImage() async throws(EngineFailure) -> String? {
        if let image = try await inspect(NamespaceContainer.image) { return image["Id"]?.stringValue }
        guard let archive = PauseImage.archive(architecture) else {
            throw EngineFailure(.refused, "namespaces of tasks are not supported on \(architecture)")
        }
        try await client.importImage(NamespaceContainer.image, archive, timeout: limits.create)
        return try await inspect(NamespaceContainer.image)?["Id"]?.stringValue
    }

    /// The image the engine has under a name; nil when it has none.
    private func local(
        _ name: String, others: Bool
    ) async throws(EngineFailure) -> (id: String, digest: String?)? {
        guard let image = try await find(name, others: others)?.image else { return nil }
        let id = image["Id"]?.stringValue ?? ""
        // Images from a registry have its digest; those made here have their own id only.
        let digest = image["RepoDigests"]?[0]?.stringValue?.split(separator: "@").last.map(String.init)
        return (id, digest ?? id)
    }

    /// Finds an image, and the name by which the engine creates containers of it.
    ///
    /// An image that was made here and never pushed has no digest of a registry: it is pinned by its own id. And an
    /// engine that made such an image for itself gave it another id, so there only the tag can tell which is meant.
    /// - Parameter others: whether to take that for an answer.
    /// - Returns: nil when the engine has none.
    func find(
        _ name: String, others: Bool
    ) async throws(EngineFailure) -> (name: String, image: JSONValue)? {
        if let image = try await inspect(name) { return (name, image) }
        let parts = name.split(separator: "@").map(String.init)
        guard parts.count == 2 else { return nil }
        if let image = try await inspect(parts[1]), image["Id"]?.stringValue == parts[1] { return (parts[1], image) }
        guard others, let image = try await inspect(parts[0]),
            image["RepoDigests"]?.arrayValue?.isEmpty ?? true
        else { return nil }
        return (parts[0], image)
    }

    private func inspect(_ name: String) async throws(EngineFailure) -> JSONValue? {
        do {
            return try await client.call("GET", "/images/\(name)/json", timeout: limits.inspect)
        } catch  where error.kind == .missing {
            return nil
        }
    }

    /// Pulls, following the progress: errors come in the stream, behind a status of 200.
    /// - Returns: nil when the image was pulled.
    private func failure(ofPulling name: String, as credential: RegistryCredential?) async -> EngineFailure? {
        do {
            let lines = try await client.lines(
                "POST", "/images/create", query: [("fromImage", name)], as: credential, timeout: limits.pullStart)
            return try await withThrowingTaskGroup(of: EngineFailure?.self) { group in
                let progress = PullProgress()
                group.addTask {
                    for try await line in lines {
                        progress.note()
                        if let error = line["error"]?.stringValue { return EngineFailure(.refused, error) }
                    }
                    return nil
                }
                group.addTask { [limits] in try await progress.watch(limits) }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch {
            return error as? EngineFailure ?? EngineFailure(.unreachable, "the pull broke off: \(error)")
        }
    }

    /// Without a tag the engine would pull all of them.
    static func withTag(_ image: String) -> String {
        let last = image.split(separator: "/").last ?? ""
        return last.contains(":") || image.contains("@") ? image : image + ":latest"
    }
}
