import AWSModels
import Control
import State
import Testing

@testable import Simulation

/// A world with a part that is broken on purpose is found out, by the invariant that is for that.
@Suite("Broken parts") struct BrokenPartTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let wrong: String
        let invariant: any Invariant & Sendable
        let meddle: @Sendable (inout Transaction) -> Void

        var testDescription: String { wrong }
    }

    static let rows: [Row] = [
        Row(wrong: "a STOPPED task begins again", invariant: StatusOnlyRises()) { tx in
            change(&tx, { $0.lastStatus == .stopped }) { $0.lastStatus = .pending }
        },
        Row(wrong: "a task grows beyond its instance", invariant: ResourcesFit()) { tx in
            change(&tx, { $0.lastStatus == .running }) { $0.cpuUnits = 1_000_000 }
        },
        Row(wrong: "a service wants less than nothing", invariant: FieldsAgree()) { tx in
            guard let service = tx.snapshot.list(ServiceRecord.self).first else { return }
            tx.update(service.key) { $0.desiredCount = -1 }
        },
        Row(wrong: "a running task is removed", invariant: AcknowledgedSurvives()) { tx in
            let tasks = tx.snapshot.list(TaskRecord.self)
            if let task = tasks.first(where: { $0.lastStatus == .running }) { tx.delete(task.key) }
        },
        Row(wrong: "client tokens are forgotten", invariant: OneResultPerToken()) { tx in
            for token in tx.snapshot.list(ClientTokenRecord.self) { tx.delete(token.key) }
        },
        Row(wrong: "a service's tasks are stopped by the scheduler", invariant: ServiceWithinBounds()) { tx in
            change(&tx, { $0.service != nil && $0.lastStatus == .running }) { task in
                task.requestStop(.serviceSchedulerInitiated, "because", at: task.createdAt)
            }
        },
        Row(wrong: "a daemon has two tasks on an instance", invariant: DaemonRunsOnce()) { tx in
            guard var task = tx.snapshot.list(TaskRecord.self).first(where: { $0.daemon != nil }) else { return }
            task.id = String(task.id.reversed())
            tx.put(task)
        },
        Row(wrong: "a task moves to another instance", invariant: PlacedOnce()) { tx in
            let instances = tx.snapshot.list(ContainerInstanceRecord.self).map(\.id)
            change(&tx, { $0.lastStatus == .running }) { task in
                task.instanceID = instances.first { $0 != task.instanceID } ?? task.instanceID
            }
        },
        Row(wrong: "a running task is told STOPPED", invariant: StoppedMeansStopped()) { tx in
            change(&tx, { $0.lastStatus == .running }) { task in
                task.lastStatus = .stopped
                task.desiredStatus = .stopped
            }
        },
        Row(wrong: "a task is stopped while its targets drain", invariant: TargetsDrainFirst()) { tx in
            change(&tx, { $0.lastStatus == .deactivating }) { $0.lastStatus = .stopping }
        },
        Row(wrong: "a target that drains gets requests again", invariant: TargetsAreLive()) { tx in
            guard let target = tx.snapshot.list(TargetRecord.self).first(where: { $0.drainingSince != nil }) else {
                return
            }
            tx.update(target.key) { $0.drainingSince = nil }
        },
        Row(wrong: "a task loses its address", invariant: AddressesAreOwn()) { tx in
            for interface in tx.snapshot.list(NetworkInterfaceRecord.self) { tx.delete(interface.key) }
        },
    ]

    /// Changes the first task that is as asked.
    private static func change(
        _ tx: inout Transaction, _ isMeant: (TaskRecord) -> Bool, _ body: (inout TaskRecord) -> Void
    ) {
        guard let task = tx.snapshot.list(TaskRecord.self).first(where: isMeant) else { return }
        tx.update(task.key, body)
    }

    @Test("what is wrong is found out", arguments: rows)
    func isFoundOut(row: Row) {
        var found: Failure?
        // A seed may happen not to do what it takes.
        for seed in 1...8 as ClosedRange<UInt64> where found == nil {
            var options = World.Options(seed: seed)
            options.steps = 40
            options.isCalm = true
            options.invariants = [row.invariant]
            options.controllers.append(Meddling(meddle: row.meddle))
            let failure = World(options).run().failure
            if failure?.invariant == type(of: row.invariant).name { found = failure }
        }
        #expect(found != nil)
    }

    @Test("there is a broken part for every invariant that a controller can break")
    func isComplete() {
        let broken = Set(BrokenPartTests.rows.map { type(of: $0.invariant).name })
        let all = Set(makeInvariants().map { type(of: $0).name })
        // A disk that forgets and an agent that does not obey are shown in `InvariantTests`.
        #expect(all.subtracting(broken) == [StoredIsDurable.name, StopIsObeyed.name])
    }
}
