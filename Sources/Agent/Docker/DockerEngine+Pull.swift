import AWSWire

/// Getting images.
extension DockerEngine {
    func pull(_ image: String, for reference: ContainerReference) async -> EngineEvent? {
        let name = DockerEngine.withTag(image)
        do {
            if pullBehavior == .preferCached, let local = try await local(name) {
                return .pulled(reference, imageDigest: local.digest)
            }
            let failure = await failure(ofPulling: name)
            let local = try await local(name)
            if let failure, pullBehavior != .default || local == nil { return .pullFailed(reference, failure) }
            return .pulled(reference, imageDigest: local?.digest)
        } catch {
            return .pullFailed(reference, error)
        }
    }

    /// The image the engine has under a name; nil when it has none.
    private func local(_ name: String) async throws(EngineFailure) -> (id: String, digest: String?)? {
        do {
            let image = try await client.call("GET", "/images/\(name)/json", timeout: limits.inspect)
            let id = image["Id"]?.stringValue ?? ""
            // Images from a registry have its digest; those made here have their own id only.
            let digest = image["RepoDigests"]?[0]?.stringValue?.split(separator: "@").last.map(String.init)
            return (id, digest ?? id)
        } catch  where error.kind == .missing {
            return nil
        }
    }

    /// Pulls, following the progress: errors come in the stream, behind a status of 200.
    /// - Returns: nil when the image was pulled.
    private func failure(ofPulling name: String) async -> EngineFailure? {
        do {
            let lines = try await client.lines(
                "POST", "/images/create", query: [("fromImage", name)], timeout: limits.pullStart)
            for try await line in lines {
                if let error = line["error"]?.stringValue { return EngineFailure(.refused, error) }
            }
            return nil
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
