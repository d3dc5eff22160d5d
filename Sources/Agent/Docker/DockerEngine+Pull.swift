import AWSWire

/// Getting images.
extension DockerEngine {
    func pull(
        _ image: String, as credential: RegistryCredential?, for reference: ContainerReference
    ) async -> EngineEvent? {
        do {
            if image == NamespaceContainer.image { return .pulled(reference, imageDigest: try await makePauseImage()) }
            return .pulled(reference, imageDigest: try await provide(DockerEngine.withTag(image), as: credential))
        } catch {
            return .pullFailed(reference, error)
        }
    }

    /// Makes an image available, by a pull if the behaviour wants one.
    /// - Returns: its digest.
    func provide(
        _ name: String, as credential: RegistryCredential?
    ) async throws(EngineFailure) -> String? {
        let isPinned = name.contains("@")
        let isKnown = images.behavior == .once && book.isPulled(name)
        // What a digest names never changes, so what is here is what is meant.
        if isPinned || isKnown || images.behavior == .preferCached, let local = try await local(name, others: false) {
            await note(name, local.id, isPulled: false)
            return local.digest
        }
        let failure = await failure(ofPulling: name, as: credential)
        let local = try await local(name, others: true)
        let isNeeded = images.behavior != .default && !isPinned
        if let failure, isNeeded || local == nil { throw failure }
        if let local { await note(name, local.id, isPulled: failure == nil) }
        return local?.digest
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

    func inspect(_ name: String) async throws(EngineFailure) -> JSONValue? {
        do {
            return try await client.call("GET", "/images/\(name)/json", timeout: limits.inspect)
        } catch  where error.kind == .missing {
            return nil
        }
    }

    // MARK: Pulls

    /// A pull that is under way, whoever waits for it.
    struct Pull: Sendable {
        let progress: PullProgress
        let task: Task<EngineFailure?, Never>
    }

    /// Pulls are the same for those who would tell the registry the same.
    struct PullKey: Hashable, Sendable {
        var name: String
        var credential: RegistryCredential?
    }

    /// Pulls, or waits for a pull that is under way.
    /// - Returns: nil when the image was pulled.
    private func failure(ofPulling name: String, as credential: RegistryCredential?) async -> EngineFailure? {
        let key = PullKey(name: name, credential: credential ?? images.authentication.credential(for: name))
        let pull = pulls[key] ?? begin(key)
        return await withTaskCancellationHandler {
            await pull.task.value
        } onCancel: {
            // Only the end of the agent cancels what an engine does.
            pull.task.cancel()
        }
    }

    private func begin(_ key: PullKey) -> Pull {
        let progress = PullProgress()
        let task = Task {
            let failure = await self.pullWithRetries(key, progress)
            pulls[key] = nil
            return failure
        }
        let pull = Pull(progress: progress, task: task)
        pulls[key] = pull
        tellPulls()
        return pull
    }

    private func pullWithRetries(_ key: PullKey, _ progress: PullProgress) async -> EngineFailure? {
        var backoff = PullRetry.backoff
        var attempt = 1
        while true {
            guard let failure = await pullOnce(key, progress) else { return nil }
            guard attempt < PullRetry.attempts, PullRetry.isWorthwhile(failure), !Task.isCancelled else {
                return failure
            }
            logger.info("a pull failed", metadata: ["image": "\(key.name)", "error": "\(failure.message)"])
            attempt += 1
            try? await Task.sleep(for: backoff.pause(&random))
        }
    }

    /// Follows the progress of a pull: errors come in the stream, behind a status of 200.
    private func pullOnce(_ key: PullKey, _ progress: PullProgress) async -> EngineFailure? {
        do {
            let lines = try await client.lines(
                "POST", "/images/create", query: [("fromImage", key.name)], as: key.credential,
                timeout: limits.pullStart)
            return try await withThrowingTaskGroup(of: EngineFailure?.self) { group in
                group.addTask {
                    for try await line in lines {
                        progress.note(line)
                        if let error = line["error"]?.stringValue { return EngineFailure(.refused, error) }
                    }
                    return nil
                }
                group.addTask { [images] in try await progress.watch(images) }
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
