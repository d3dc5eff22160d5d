import AWSModels
import AWSWire
import Agent
import Control
import NodeLink
import NodeNet

/// The agent's end of an open session.
struct AgentSessionEnd {
    let link: Link
    let openedAt: Timestamp
    var lastHeard: Timestamp
}

/// Registration and the two sessions, as `Agent+Sessions` does them.
extension AgentProcess {
    func register(known: String?, _ backoff: Backoff) {
        var backoff = backoff
        let request = host.configuration.registration(instanceID: host.journal.instanceID, arn: known)
        host.network.call("RegisterContainerInstance", request.encoded()) { [weak self] answer in
            guard let self, isAlive else { return }
            switch answer {
            case .answered(200, let body):
                let output = ECS.RegisterContainerInstanceResponse.trusted(body)
                registered(output.containerInstance?.containerInstanceArn ?? "")
            case .answered(400, _) where known != nil: register(known: nil, backoff)
            default:
                let pause = backoff.pause(&random)
                after(pause) { [self] in register(known: known, backoff) }
            }
        }
    }

    private func registered(_ arn: String) {
        // Written before anything bears the name.
        after(dice.milliseconds(1...15)) { [self] in
            host.journal.save(containerInstanceARN: arn)
            timeline.say(host.name, "registered", String(arn.suffix(6)))
            deliver(.registered(containerInstanceARN: arn))
            dial(.tasks, Backoff.tasks)
            dial(.telemetry, Backoff.telemetry)
        }
    }

    private func dial(_ kind: SessionKind, _ backoff: Backoff) {
        var backoff = backoff
        let request = ECS.DiscoverPollEndpointRequest(containerInstance: containerInstanceARN, cluster: "default")
        host.network.call("DiscoverPollEndpoint", request.encoded()) { [weak self] answer in
            guard let self, isAlive else { return }
            guard case .answered(200, _) = answer else { return redial(kind, &backoff) }
            after(dice.latency()) { [self] in upgrade(kind, &backoff) }
        }
    }

    private func redial(_ kind: SessionKind, _ backoff: inout Backoff) {
        let pause = backoff.pause(&random)
        let next = backoff
        after(pause) { [self] in dial(kind, next) }
    }

    private func upgrade(_ kind: SessionKind, _ backoff: inout Backoff) {
        guard let process = host.network.reachable else { return redial(kind, &backoff) }
        let link = Link(timeline, host.network)
        let versions = AgentVersions(
            version: AgentRelease.version, hash: AgentRelease.hash, docker: "DockerVersion: simulated")
        let next = backoff
        link.attach(.agent) { [weak self] in
            self?.received($0, kind)
        } closed: { [weak self] code in
            self?.closed(kind, link, code, next)
        }
        let admission = process.admit(link, kind, containerInstanceARN, versions)
        guard admission == .welcome else {
            link.cut()
            timeline.say(host.name, "session-refused", kind.rawValue)
            guard admission == .inactive else { return redial(kind, &backoff) }
            // As the real one: a deregistered instance asks again after an hour.
            return after(host.configuration.timings.inactive) { [self] in dial(kind, next) }
        }
        timeline.say(host.name, "session-open", kind.rawValue)
        sessions[kind] = AgentSessionEnd(link: link, openedAt: timeline.now, lastHeard: timeline.now)
        deliver(kind == .tasks ? .sessionOpened : .telemetryOpened)
        watch(kind, link)
    }

    private func received(_ frame: [UInt8], _ kind: SessionKind) {
        guard isAlive else { return }
        sessions[kind]?.lastHeard = timeline.now
        switch kind {
        case .tasks: if let message = try? ACSMessage(frame: frame) { deliver(.received(message)) }
        case .telemetry: if let message = try? TCSMessage(frame: frame) { deliver(.receivedTelemetry(message)) }
        }
    }

    /// Ends sessions that have gone silent, or are old, as `Liveness` does.
    private func watch(_ kind: SessionKind, _ link: Link) {
        let timings = host.configuration.timings
        let idle = timings.idle * (1 + Double.random(in: 0...1, using: &random))
        let lifetime = timings.lifetime * (1 + Double.random(in: 0...(1.0 / 6), using: &random))
        func look() {
            guard let session = sessions[kind], session.link === link else { return }
            let now = timeline.now
            let isOver = now - session.lastHeard >= idle || now - session.openedAt >= lifetime
            guard isOver else {
                let next = min(session.lastHeard.advanced(by: idle), session.openedAt.advanced(by: lifetime))
                // Times are whole milliseconds, rounded down: a little later it is over.
                return after(next - now + .milliseconds(1)) { look() }
            }
            link.close(from: .agent, code: 1_000)
            closed(kind, link, 1_000, kind == .tasks ? .tasks : .telemetry)
        }
        look()
    }

    private func closed(_ kind: SessionKind, _ link: Link, _ code: UInt16, _ backoff: Backoff) {
        guard isAlive, let session = sessions[kind], session.link === link else { return }
        timeline.say(host.name, "session-closed", "\(kind.rawValue) \(code)")
        sessions[kind] = nil
        deliver(kind == .tasks ? .sessionClosed : .telemetryClosed)
        var backoff = backoff
        if timeline.now - session.openedAt > host.configuration.timings.idle { backoff.reset() }
        // A goodbye or a broken connection: at once; an error: after a pause.
        guard [1_000, 1_001, 1_005, 1_006, 1_011].contains(code) else { return redial(kind, &backoff) }
        after(.milliseconds(20)) { [self] in dial(kind, backoff) }
    }
}
