import AWSWire
import Logging
import NIOPosix

/// What the agent remembers of images, and their removal when no task needs them.
extension DockerEngine {
    /// A task gets an image. What was pulled is written down; a use is only noted, and written with the next clean-up.
    func note(_ name: String, _ id: String, isPulled: Bool) async {
        book.note(name, id: id, isPulled: isPulled, at: now())
        if isPulled { await saveBook() }
    }

    /// Removes images that nobody needs, and what else the policy names.
    /// - Parameter needed: images of tasks whose containers are not all there yet.
    func cleanImages(needed: [String]) async -> EngineEvent? {
        guard let policy = images.effectiveCleanUp else { return nil }
        do {
            let containers = try await client.call(
                "GET", "/containers/json", query: [("all", "true")], timeout: limits.inspect)
            let inUse = Set((containers.arrayValue ?? []).compactMap { $0["ImageID"]?.stringValue })
            book.noteUse(of: inUse, at: now())
            let kept = Set(needed.map(DockerEngine.withTag)).union(pulls.keys.map(\.name))
            let candidates = book.removable(policy, needed: kept, inUse: inUse, at: now())
            for image in candidates { await remove(image) }
            if let untracked = policy.untracked {
                try await clean(untracked, policy, kept, inUse, count: policy.perCycle - candidates.count)
            }
        } catch {
            logger.warning("images were not cleaned up", metadata: ["error": "\(error.message)"])
        }
        await saveBook()
        return nil
    }

    /// A name that went over to another image meanwhile is not touched. Without `force` the engine keeps what a
    /// container needs, whatever was known here.
    private func remove(_ image: ImageBook.Image) async {
        var failure: EngineFailure?
        for name in image.names {
            guard let found = try? await inspect(name), found["Id"]?.stringValue == image.id else { continue }
            failure = await removeImage(name) ?? failure
        }
        // All its names were ours; what is left of it has none.
        if failure == nil, let left = try? await inspect(image.id), left["RepoTags"]?.arrayValue?.isEmpty ?? true {
            failure = await removeImage(image.id)
        }
        let metadata: Logger.Metadata = ["image": "\(image.id)", "names": "\(image.names)"]
        guard let failure else {
            book.forget(image.id)
            logger.info("an image was removed", metadata: metadata)
            return
        }
        logger.info("an image was not removed", metadata: metadata.merging(["error": "\(failure.message)"]) { $1 })
    }

    private func removeImage(_ name: String) async -> EngineFailure? {
        do {
            _ = try await client.call("DELETE", "/images/\(name)", timeout: limits.removeImage)
            return nil
        } catch {
            return error.kind == .missing ? nil : error
        }
    }

    private func clean(
        _ untracked: ImagePolicy.Untracked, _ policy: ImagePolicy.CleanUp, _ needed: Set<String>, _ inUse: Set<String>,
        count: Int
    ) async throws(EngineFailure) {
        let rule = UntrackedImages(policy: untracked, now: now())
        let ended = try await client.call(
            "GET", "/containers/json",
            query: [("all", "true"), ("filters", #"{"status":["exited","created","dead"]}"#)],
            timeout: limits.inspect)
        var details: [JSONValue] = []
        for item in ended.arrayValue ?? [] {
            guard let id = item["Id"]?.stringValue, item["Labels"]?["com.amazonaws.ecs.task-arn"] == nil else {
                continue
            }
            if let found = try? await client.call("GET", "/containers/\(id)/json", timeout: limits.inspect) {
                details.append(found)
            }
        }
        for id in rule.removableContainers(details) {
            _ = try? await client.call("DELETE", "/containers/\(id)", query: [("v", "true")], timeout: limits.remove)
        }
        let list = try await client.call("GET", "/images/json", timeout: limits.inspect)
        var kept = needed.union(policy.excluded).union(inUse)
        kept.insert(NamespaceContainer.image)
        kept.formUnion(book.images.keys)
        for name in rule.removableImages(list.arrayValue ?? [], kept: kept, count: count) {
            if let failure = await removeImage(name) {
                logger.info("an image was not removed", metadata: ["image": "\(name)", "error": "\(failure.message)"])
            }
        }
    }

    /// Losing it is harmless: images that are not remembered stay.
    private func saveBook() async {
        guard let path = bookPath else { return }
        isBookChanged = true
        guard !isBookBusy else { return }
        isBookBusy = true
        defer { isBookBusy = false }
        while isBookChanged {
            isBookChanged = false
            let bytes = book.journal.encode()
            do {
                try await NIOThreadPool.singleton.runIfActive { try TaskLog.replace(path, bytes, true) }
            } catch {
                logger.warning("what was pulled could not be written down", metadata: ["error": "\(error)"])
            }
        }
    }
}
