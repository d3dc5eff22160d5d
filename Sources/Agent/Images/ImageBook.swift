import AWSWire

/// What an agent remembers of the images of its tasks: which it pulled, and when they were last needed.
///
/// Source: amazon-ecs-agent, agent/engine/docker_image_manager.go. Unlike there, an image that was found in the engine
/// and never pulled is nobody's to remove, and no image goes that any container of the engine is made of.
struct ImageBook: Sendable, Equatable {
    struct Image: Sendable, Equatable {
        /// The engine's id.
        var id: String
        /// What tasks called it, in order. Empty when all its names went over to newer images.
        var names: [String]
        /// Whether the agent got it from a registry.
        var isPulled: Bool
        var pulledAt: Timestamp
        var lastUsedAt: Timestamp
    }

    /// By id.
    private(set) var images: [String: Image] = [:]

    /// Bytes of the file it is kept in that are read back: some ten thousand images.
    static let maximumFile = 4 << 20

    /// An image that a task was given so lately stays: its container may not be there yet.
    private static let grace: Duration = .seconds(60)

    /// A task was given an image.
    /// - Parameter isPulled: whether it has just been pulled for that.
    mutating func note(_ name: String, id: String, isPulled: Bool, at now: Timestamp) {
        for other in images.keys.sorted() where other != id { images[other]?.names.removeAll { $0 == name } }
        // An image without a name that is not ours to remove needs no memory.
        images = images.filter { $0.key == id || $0.value.isPulled || !$0.value.names.isEmpty }
        var image = images[id] ?? Image(id: id, names: [], isPulled: false, pulledAt: now, lastUsedAt: now)
        if isPulled, !image.isPulled { (image.isPulled, image.pulledAt) = (true, now) }
        if !image.names.contains(name) { image.names = (image.names + [name]).sorted() }
        image.lastUsedAt = max(image.lastUsedAt, now)
        images[id] = image
    }

    /// Containers are made of these images.
    mutating func noteUse(of ids: Set<String>, at now: Timestamp) {
        for id in ids.sorted() where images[id] != nil { images[id]?.lastUsedAt = now }
    }

    /// An image is gone.
    mutating func forget(_ id: String) { images[id] = nil }

    /// Whether the agent has pulled what bears the name now.
    func isPulled(_ name: String) -> Bool { images.values.contains { $0.isPulled && $0.names.contains(name) } }

    /// The images that may go now, those that were not needed for longest first.
    /// - Parameters:
    ///   - needed: names that tasks will want yet.
    ///   - inUse: ids of images that containers are made of.
    func removable(
        _ policy: ImagePolicy.CleanUp, needed: Set<String>, inUse: Set<String>, at now: Timestamp
    ) -> [Image] {
        let kept = needed.union(policy.excluded)
        let candidates = images.values.filter { image in
            image.isPulled && !inUse.contains(image.id) && now - image.pulledAt > policy.minimumAge
                && now - image.lastUsedAt > min(ImageBook.grace, policy.minimumAge)
                && !image.names.contains { kept.contains($0) }
        }
        let ordered = candidates.sorted { ($0.lastUsedAt, $0.id) < ($1.lastUsedAt, $1.id) }
        return Array(ordered.prefix(policy.perCycle))
    }
}

extension ImageBook {
    /// As it goes to the disk.
    var journal: JSONValue {
        .array(
            images.values.sorted { $0.id < $1.id }.map { image in
                [
                    "id": .string(image.id), "names": .array(image.names.map { .string($0) }),
                    "isPulled": .bool(image.isPulled), "pulledAt": TaskMachine.encoded(image.pulledAt),
                    "lastUsedAt": TaskMachine.encoded(image.lastUsedAt),
                ]
            })
    }

    /// What cannot be read is left out: an image that is not remembered stays.
    init(journal value: JSONValue) {
        for item in value.arrayValue ?? [] {
            guard let id = item["id"]?.stringValue, let pulledAt = TaskMachine.time(item["pulledAt"]),
                let lastUsedAt = TaskMachine.time(item["lastUsedAt"])
            else { continue }
            images[id] = Image(
                id: id, names: item["names"]?.arrayValue?.compactMap(\.stringValue) ?? [],
                isPulled: item["isPulled"]?.boolValue ?? false, pulledAt: pulledAt, lastUsedAt: lastUsedAt)
        }
    }
}
