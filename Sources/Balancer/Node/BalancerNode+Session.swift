import AWSWire
import Logging
import NodeLink
import NodeNet

/// The session with the server.
extension BalancerNode {
    private static let heartbeat: Duration = .seconds(30)
    /// A silent session is cut after this.
    private static let silence: Duration = .seconds(90)

    /// Keeps a session open until it is cancelled.
    func keepSession(_ control: BalancerSettings.Control) async {
        var backoff = Backoff(first: .milliseconds(250), factor: 1.5, last: .seconds(30))
        while !Task.isCancelled {
            let began = ContinuousClock.now
            do {
                let socket = try await WebSocket.connect(control.server.endpoint, upgrade(control), group: group)
                await hold(socket)
            } catch WebSocket.Refusal.answered(let answer) {
                if clock.isMended(by: answer) { continue }
                let text = String(decoding: answer.body.prefix(512), as: UTF8.self)
                logger.warning("session refused", metadata: ["answer": "\(answer.status) \(text)"])
            } catch {
                logger.debug("session not opened", metadata: ["error": "\(error)"])
            }
            if ContinuousClock.now - began > BalancerNode.silence { backoff.reset() }
            try? await Task.sleep(for: backoff.pause(&random))
        }
    }

    /// Signed as agents sign theirs.
    private func upgrade(_ control: BalancerSettings.Control) -> HTTPRequestMessage {
        let request = HTTPRequestMessage(
            method: "GET", rawPath: control.server.path + "/balancer",
            rawQuery: "name=\(PercentCoding.encode(settings.name))&zone=\(PercentCoding.encode(settings.zone))",
            headers: ["Host": control.server.authority])
        return SigV4.Signer(control.credential, region: control.region, service: "ecs").sign(request, at: clock.now)
    }

    private func hold(_ socket: WebSocket) async {
        logger.info("session open")
        session = socket
        isToldConfiguration = false
        lastApplied = nil
        send(
            .hello(
                BalancerHello(
                    name: settings.name, zone: settings.zone, pool: settings.pool, hostAddress: settings.hostAddress,
                    version: settings.version)))
        // What was waiting to be told is part of everything.
        reports = []
        readyReports = []
        deliver(.hello)
        let lastMessage = LastMessage()
        let beats = Task { await keepBeating(socket, lastMessage) }
        defer { beats.cancel() }
        await withTaskCancellationHandler {
            for await event in socket.events {
                switch event {
                case .text(let frame):
                    lastMessage.touch()
                    receive(frame)
                case .closed(let code, let reason):
                    logger.info("session closed", metadata: ["code": "\(code)", "reason": "\(reason)"])
                }
            }
        } onCancel: {
            socket.close(code: 1_001, reason: "The node goes away.")
        }
        session = nil
        isToldConfiguration = false
    }

    private func keepBeating(_ socket: WebSocket, _ lastMessage: LastMessage) async {
        while (try? await Task.sleep(for: BalancerNode.heartbeat)) != nil {
            if lastMessage.age > BalancerNode.silence { return socket.cut() }
            socket.send(BalancerNodeMessage.heartbeat.frame)
        }
    }

    private func receive(_ frame: [UInt8]) {
        do {
            take(try BalancerServerMessage(frame: frame))
        } catch {
            // The message itself may hold keys: it is not logged.
            logger.error("a message could not be read", metadata: ["error": "\(error.code)"])
        }
    }

    /// Takes what the server says.
    func take(_ message: BalancerServerMessage) {
        switch message {
        case .configuration(let new):
            configuration = new
            isToldConfiguration = true
            let groups = Set(new.targetGroups.map(\.id))
            targets = targets.filter { groups.contains($0.key) }
            traffic.put(new)
            deliver(.groups(new.targetGroups))
            tellTraffic()
            changed()
        case .targets(let new):
            guard configuration.targetGroups.contains(where: { $0.id == new.targetGroup }) else { return }
            targets[new.targetGroup] = new
            deliver(.targets(new))
        case .heartbeat: return
        case .unknown(let type): logger.notice("an unknown message", metadata: ["type": "\(type)"])
        }
    }

    /// Tells the server what is served, when that is news.
    func tellApplied(_ revision: Int) {
        guard isToldConfiguration else { return }
        let message = BalancerApplied(revision: revision, problems: problems)
        guard message != lastApplied else { return }
        lastApplied = message
        send(.applied(message))
    }
}
