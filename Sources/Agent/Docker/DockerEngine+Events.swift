import AWSWire

/// The engine's own events, and whether it is there at all.
extension DockerEngine {
    /// Pauses between attempts to reach the engine.
    private static let retryPause: Duration = .milliseconds(250)
    private static let longestPause: Duration = .seconds(5)

    package nonisolated func events() -> AsyncStream<EngineEvent> {
        let (stream, continuation) = AsyncStream<EngineEvent>.makeStream()
        let watcher = Task {
            await self.listen(continuation)
            await self.watch(continuation)
        }
        continuation.onTermination = { _ in watcher.cancel() }
        return stream
    }

    private func listen(_ sink: AsyncStream<EngineEvent>.Continuation) { listener = sink }

    private func watch(_ sink: AsyncStream<EngineEvent>.Continuation) async {
        var pause = DockerEngine.retryPause
        var isLost = false
        while !Task.isCancelled {
            do {
                try await negotiate()
                let lines = try await openEvents()
                hasForwardingRules = false
                // The stream is open before the survey that `found` asks for, so nothing falls in between.
                sink.yield(.found)
                (pause, isLost) = (DockerEngine.retryPause, false)
                try await follow(lines, sink)
            } catch {
                let reason = (error as? EngineFailure)?.message ?? "\(error)"
                if !isLost, !Task.isCancelled {
                    logger.warning("container engine lost", metadata: ["reason": "\(reason)"])
                    sink.yield(.lost(reason))
                }
                isLost = true
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, DockerEngine.longestPause)
        }
        teller?.cancel()
        sink.finish()
    }

    private func openEvents() async throws(EngineFailure) -> JSONLines {
        let filter = JSONValue.object([
            "type": ["container"], "label": .array([.string("io.roost.instance=\(instance)")]),
            "event": ["start", "die", "oom", "health_status"],
        ])
        let query = [("filters", String(decoding: filter.encode(), as: UTF8.self))]
        return try await client.lines("GET", "/events", query: query, timeout: limits.ping)
    }

    /// Hands events on until the stream breaks or the engine stops answering.
    private func follow(_ lines: JSONLines, _ sink: AsyncStream<EngineEvent>.Continuation) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await line in lines { await self.take(line, sink) }
                throw EngineFailure(.unreachable, "the container engine closed its stream of events")
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: self.limits.pingInterval)
                    _ = try await DockerClient.version(self.http)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func take(_ event: JSONValue, _ sink: AsyncStream<EngineEvent>.Continuation) async {
        let actor = event["Actor"]
        guard let id = actor?["ID"]?.stringValue, let reference = ContainerReference(labels: actor?["Attributes"]),
            let action = event["Action"]?.stringValue
        else { return }
        if action == "start" {
            sink.yield(.began(reference, id: id))
        } else if action == "oom" {
            outOfMemory.insert(id)
        } else if action == "die" {
            if let exit = await exit(of: id, for: reference) ?? DockerEngine.exit(event, id, reference, now()) {
                sink.yield(exit)
            }
        } else if action.hasPrefix("health_status: ") {
            let health = ContainerHealth(rawValue: action.dropFirst(15).uppercased()) ?? .unknown
            sink.yield(.health(reference, health))
        }
    }

    /// What the event itself says, for a container that is gone already.
    private static func exit(
        _ event: JSONValue, _ id: String, _ reference: ContainerReference, _ now: Timestamp
    ) -> EngineEvent? {
        let code = event["Actor"]?["Attributes"]?["exitCode"]?.stringValue.flatMap { Int($0) }
        return .exited(reference, ContainerExit(id: id, exitCode: code, finishedAt: now))
    }
}
