import AWSWire

/// How the lane lives with other servers on one store.
///
/// Nobody asks for permission: a flush goes on from the newest state that this server knows, and the store refuses it
/// when another server has committed since. Then everything that waits is decided again, in its order, on what the
/// others left. So whatever is committed was decided on the state just before it, as if there were one server.
extension Lane {
    /// Something came from the store.
    func hear(_ news: StoreNews) {
        switch news {
        case .committed(let batch): enter { lane, contents in lane.receive(batch, &contents) }
        case .lost(let server): observer.lost(server: server)
        }
    }

    private func receive(_ batch: StoreBatch, _ contents: inout Contents) -> Step {
        var step = Step()
        contents.foreign.append(batch)
        guard !contents.isFlushing else { return step }
        takeOver(&contents, &step)
        startFlush(&contents, &step)
        return step
    }

    /// Another server was faster: what was in the flush waits again, before everything else.
    func stepBack(_ flush: Flush, _ contents: inout Contents) -> Step {
        var step = Step()
        contents.isFlushing = false
        contents.isBehind = true
        let later = contents.takeWaiting()
        for entry in flush.entries + later { contents.wait(entry) }
        takeOver(&contents, &step)
        startFlush(&contents, &step)
        return step
    }

    /// Takes over what others committed, and decides again what waits.
    func takeOver(_ contents: inout Contents, _ step: inout Step) {
        let batches = contents.foreign.filter { $0.revision > contents.durable.revision }
        contents.foreign = []
        guard !batches.isEmpty else { return }
        let undone = contents.takeWaiting()
        contents.isBehind = false
        contents.head = contents.durable
        for batch in batches { follow(batch, &contents) }
        if !undone.isEmpty { observer.reverted(undone.flatMap(\.changes), areDecidedAgain: true) }
        let time = batches.map(\.time).max() ?? Timestamp(milliseconds: 0)
        for entry in undone {
            guard let redo = entry.redo else { preconditionFailure("only a shared store has others") }
            step.replies += redo(self, &contents, time).replies
        }
        step.announces = true
    }

    private func follow(_ batch: StoreBatch, _ contents: inout Contents) {
        let (snapshot, changes) = contents.durable.following(batch)
        contents.durable = snapshot
        contents.head = snapshot
        published.withLock { $0 = snapshot }
        observer.applied(changes)
        announcements.add { [observer] in observer.durable(changes, snapshot) }
    }
}
