/// Images before a task wants them, and how far pulls are.
extension DockerEngine {
    /// More are dropped: who wants one pulls it then.
    private static let maximumAhead = 20
    private static let tellInterval: Duration = .seconds(2)
    /// As many as a message takes.
    private static let maximumTold = 20

    /// Gets images one after another, however many ask: tasks' own pulls have the line to themselves otherwise. A task
    /// that wants one that is on its way waits for it as for any other.
    func prefetch(_ wanted: [String]) async -> EngineEvent? {
        for image in wanted.map(DockerEngine.withTag) where !ahead.contains(image) {
            guard ahead.count < DockerEngine.maximumAhead else { break }
            ahead.append(image)
        }
        guard !isPrefetching else { return nil }
        isPrefetching = true
        defer { isPrefetching = false }
        while let image = ahead.popFirst(), !Task.isCancelled {
            do throws(EngineFailure) {
                _ = try await provide(image, as: nil)
            } catch {
                logger.info("no image ahead", metadata: ["image": "\(image)", "error": "\(error.message)"])
            }
        }
        return nil
    }

    /// Tells how far pulls are from time to time, until all are over. What is over within the first interval is not
    /// worth a word.
    func tellPulls() {
        guard teller == nil else { return }
        teller = Task { await self.tell() }
    }

    private func tell() async {
        defer { teller = nil }
        var hasTold = false
        while true {
            guard (try? await Task.sleep(for: DockerEngine.tellInterval)) != nil else { return }
            let states = pulls.map { key, pull in
                let amount = pull.progress.amount
                return PullState(image: key.name, bytes: amount.bytes, total: amount.total)
            }
            let told = states.sorted { $0.image < $1.image }.prefix(DockerEngine.maximumTold)
            if hasTold || !told.isEmpty { listener?.yield(.pulling(Array(told))) }
            hasTold = true
            if told.isEmpty { return }
        }
    }
}
