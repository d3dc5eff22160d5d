import AWSWire

/// How what waits in the lane gets to the store.
extension Lane {
    /// Lets `step` begin a flush, if something waits and none runs.
    func startFlush(_ contents: inout Contents, outdated: Snapshot? = nil, _ step: inout Step) {
        guard !contents.isFlushing, !contents.isBehind, let (snapshot, entries) = takeNext(&contents) else { return }
        contents.isFlushing = true
        step.commit = (Flush(snapshot: snapshot, base: contents.durable.revision, entries: entries), outdated)
    }

    private func takeNext(_ contents: inout Contents) -> (Snapshot, [Entry])? {
        guard contents.full.isEmpty else { return contents.full.removeFirst() }
        guard !contents.waiting.isEmpty else { return nil }
        return (contents.head, contents.takeWaiting())
    }

    func commit(_ flush: Flush, _ outdated: Snapshot?) {
        let observer = observer
        store.commit {
            withExtendedLifetime(outdated) {
                observer.committing(flush.entries.map(\.changes), flush.snapshot)
                return Lane.batch(flush)
            }
        } completion: { result in
            switch result {
            case .success: self.succeed(flush)
            case .failure(let error) where error.code == .conflict:
                self.enter { lane, contents in lane.stepBack(flush, &contents) }
            case .failure(let error): self.enter { lane, contents in lane.undo(flush, error, &contents) }
            }
        }
    }

    /// The next flush begins before the replies leave. They keep nobody from deciding.
    private func succeed(_ flush: Flush) {
        let snapshot = flush.snapshot
        published.withLock { $0 = snapshot }
        announcements.add { [observer] in
            for entry in flush.entries { entry.reply(nil) }
            observer.durable(flush.changes, flush.snapshot)
        }
        enter { lane, contents in lane.advance(to: snapshot, &contents) }
        announce()
    }

    /// Tells of what became durable, in order.
    func announce() {
        announcer { self.announcements.drain { $0() } }
    }

    private func advance(to snapshot: Snapshot, _ contents: inout Contents) -> Step {
        var step = Step(announces: true)
        contents.isFlushing = false
        let outdated = contents.durable
        contents.durable = snapshot
        takeOver(&contents, &step)
        startFlush(&contents, outdated: outdated, &step)
        return step
    }

    private func undo(_ flush: Flush, _ error: StoreError, _ contents: inout Contents) -> Step {
        contents.isFlushing = false
        let undone = flush.entries + contents.takeWaiting()
        contents.head = contents.durable
        observer.reverted(undone.flatMap(\.changes), areDecidedAgain: false)
        var step = Step(replies: undone.map { entry in { entry.reply(error) } })
        takeOver(&contents, &step)
        return step
    }

    /// One row for each record: only its last form is written. Of a kind that has no records any more, nothing is.
    private static func batch(_ flush: Flush) -> StoreBatch {
        let empty = Set(RecordKind.allCases.filter { flush.snapshot.tables.count(of: $0) == 0 })
        var emptied: Set<RecordKind> = []
        var last: [Change] = []
        var positions: [StoredName: Int] = [:]
        for change in flush.changes {
            let name = change.name
            guard !empty.contains(name.kind) else {
                emptied.insert(name.kind)
                continue
            }
            if let position = positions.updateValue(last.count, forKey: name) {
                positions[name] = position
                last[position] = change
            } else {
                last.append(change)
            }
        }
        var batch = StoreBatch(revision: flush.snapshot.revision, base: flush.base, time: flush.time)
        for change in last {
            let stored = change.stored
            if let bytes = stored.bytes {
                batch.puts.append(StoredRow(kind: stored.name.kind, key: stored.name.key, value: bytes))
            } else {
                batch.deletes.append(stored.name)
            }
        }
        batch.clear(emptied, downTo: flush.snapshot)
        return batch
    }
}

extension StoreBatch {
    /// Clears the kinds that were emptied, and those of which nothing is left in `snapshot` but what the batch puts,
    /// instead of deleting row by row; all kinds, when that is so of all.
    fileprivate mutating func clear(_ emptied: Set<RecordKind>, downTo snapshot: Snapshot) {
        let kinds = emptied.union(deletes.map(\.kind))
        guard !kinds.isEmpty else { return }
        var written: [RecordKind: Int] = [:]
        for row in puts { written[row.kind, default: 0] += 1 }
        clears = RecordKind.allCases.filter { snapshot.tables.count(of: $0) == written[$0] ?? 0 }
        if clears.count < RecordKind.allCases.count { clears.removeAll { !kinds.contains($0) } }
        deletes.removeAll { clears.contains($0.kind) }
    }
}
