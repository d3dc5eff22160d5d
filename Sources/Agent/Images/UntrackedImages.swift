import AWSWire

/// Which containers and images of the engine go that no agent made, where that was asked for.
/// Source: amazon-ecs-agent, agent/engine/docker_image_manager.go: removeNonECSContainers, removeNonECSImages.
struct UntrackedImages {
    var policy: ImagePolicy.Untracked
    var now: Timestamp

    /// - Parameter containers: as Docker Engine's `inspect` shows them.
    /// - Returns: the ids of those that ended long enough ago. Those of agents, of this one or of others, are not
    ///   among them: each looks after its own.
    func removableContainers(_ containers: [JSONValue]) -> [String] {
        let ended: Set = ["exited", "dead", "created"]
        let ids = containers.compactMap { container -> String? in
            let labels = container["Config"]?["Labels"]
            guard labels?["com.amazonaws.ecs.task-arn"] == nil, let id = container["Id"]?.stringValue,
                let status = container["State"]?["Status"]?.stringValue, ended.contains(status)
            else { return nil }
            // One that never ran has no end, but a beginning.
            let text = status == "created" ? container["Created"] : container["State"]?["FinishedAt"]
            guard let time = text?.stringValue.flatMap({ Timestamp(iso8601: $0) }) else { return nil }
            return now - time > policy.containerAge ? id : nil
        }
        return Array(ids.sorted().prefix(policy.containersPerCycle))
    }

    /// - Parameters:
    ///   - images: as Docker Engine lists them.
    ///   - kept: names and ids of images that stay.
    ///   - count: at most so many.
    /// - Returns: what to remove, small images first: names, or the id of an image without one.
    func removableImages(_ images: [JSONValue], kept: Set<String>, count: Int) -> [String] {
        let old = images.filter { image in
            guard let created = image["Created"]?.intValue, let id = image["Id"]?.stringValue, !kept.contains(id),
                image.tags.allSatisfy({ !kept.contains($0) })
            else { return false }
            return now - Timestamp(milliseconds: Int64(created) * 1_000) > policy.minimumAge
        }
        let ordered = old.sorted { left, right in
            (left["Size"]?.intValue ?? 0, left["Id"]?.stringValue ?? "")
                < (right["Size"]?.intValue ?? 0, right["Id"]?.stringValue ?? "")
        }
        return ordered.prefix(max(0, count)).flatMap { image in
            image.tags.isEmpty ? [image["Id"]?.stringValue ?? ""] : image.tags
        }
    }
}

extension JSONValue {
    /// The names of a listed image; the engine calls one without any `<none>:<none>`.
    fileprivate var tags: [String] {
        (self["RepoTags"]?.arrayValue ?? []).compactMap(\.stringValue).filter { !$0.hasPrefix("<none>") }
    }
}
