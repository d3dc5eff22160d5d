import AWSModels
import Scheduling
import State

extension ServiceStep {
    /// Stops and starts tasks so that the zones are balanced.
    ///
    /// A task that finds no place in its zone after all is left out without a word: the zone is full then, and that is
    /// seen at the next look.
    /// - Parameter balancing: nil when none goes on.
    mutating func balanceZones(_ balancing: Rebalancing?) {
        guard let balancing else {
            service.rebalancing = nil
            return
        }
        for stop in balancing.stops {
            let ids = stop.tasks.map(\.id)
            for task in stop.tasks { requestStop(task) }
            say(ZoneEvents.stopped(ids.count, in: stop.zone, names(of: ids)))
        }
        let started = balancing.starts.map { start in (zone: start.zone, ids: launch(start)) }
            .filter { !$0.ids.isEmpty }
        if service.rebalancing == nil {
            guard !started.isEmpty else { return }
            say(ZoneEvents.begun(balancing.counts))
        }
        for (zone, ids) in started { say(ZoneEvents.started(ids.count, in: zone, names(of: ids))) }
        var state = balancing.state
        state.extraTasks += started.reduce(0) { $0 + $1.ids.count } - balancing.starts.reduce(0) { $0 + $1.tasks }
        service.rebalancing = balancing.isOver ? nil : state
        if balancing.isOver, balancing.isBalanced { say(ZoneEvents.completed(balancing.counts)) }
    }

    /// Starts tasks in a zone.
    /// - Returns: the ids of those that found a place.
    private mutating func launch(_ start: ZoneCount) -> [String] {
        guard let primary = service.primary,
            let source = LaunchSource(primary.id, of: service, in: transaction.snapshot), source.launchType != .fargate,
            let definition = transaction.get(source.definition)
        else { return [] }
        var started: [String] = []
        _ = launch(start.tasks, source, definition, on: nil, in: start.zone, &started)
        return started
    }
}
