import AWSModels
import AWSWire
import Logging
import NodeLink
import NodeNet

/// Registration and the two sessions.
extension Agent {
    /// Registers, then keeps both sessions open.
    /// - Throws: `AgentError` when the registration is refused for good.
    func runSessions() async throws {
        let arn = try await register()
        deliver(.registered(containerInstanceARN: arn))
        await withDiscardingTaskGroup { group in
            group.addTask { await self.keepSession(.tasks, arn) }
            group.addTask { await self.keepSession(.telemetry, arn) }
        }
    }

    private func register() async throws -> String {
        var backoff = Backoff.registration
        var known = journal.containerInstanceARN
        var failures = 0
        let problem = await engine.interfaceProblem
        machine.settings.interfaceProblem = problem.map { "network mode awsvpc cannot be had here: \($0)" }
        if let problem { logger.info("tasks of network mode awsvpc are not taken", metadata: ["reason": "\(problem)"]) }
        while true {
            do {
                let request = configuration.registration(
                    instanceID: instanceID, arn: known, volumeDrivers: await engine.volumeDrivers,
                    servesEndpoints: servesEndpoints, hasInterfaces: problem == nil)
                let answer = try await api.call(
                    "RegisterContainerInstance", request, answer: ECS.RegisterContainerInstanceResponse.self)
                guard let arn = answer.containerInstance?.containerInstanceArn else {
                    throw WireError(code: "ServerException", message: "The answer has no ARN.", status: 500)
                }
                try await journal.save(containerInstanceARN: arn)
                logger.info("registered", metadata: ["arn": "\(arn)"])
                return arn
            } catch let error as WireError where Agent.isFinal(error) {
                // A server that lost its state does not know the instance; it is a new one to it.
                guard known != nil, error.code == "ClientException" else { throw AgentError.registrationRefused(error) }
                logger.warning("registering anew", metadata: ["error": "\(error.message)"])
                known = nil
            } catch {
                if error is CancellationError { throw error }
                failures += 1
                // Somebody may have mistyped the address. Once is enough to see it, and one failure is none: the server
                // may be starting or ending.
                logger.log(
                    level: failures == 2 ? .warning : .debug, "cannot register, and will try again",
                    metadata: ["error": "\(error)"])
                try await Task.sleep(for: backoff.pause(&random))
            }
        }
    }

    /// With simulated containers it is as if.
    private var servesEndpoints: Bool {
        if case .simulated = configuration.engine { true } else { endpoints != nil }
    }

    private static func isFinal(_ error: WireError) -> Bool {
        ["ClientException", "InvalidParameterException", "AccessDeniedException"].contains(error.code)
    }

    enum SessionKind: String, Sendable {
        case tasks
        case telemetry
    }

    private func keepSession(_ kind: SessionKind, _ arn: String) async {
        var backoff = kind == .tasks ? Backoff.tasks : Backoff.telemetry
        var isFirst = true
        while !Task.isCancelled {
            let began = ContinuousClock.now
            let end = await session(kind, arn, isFirst: &isFirst)
            if ContinuousClock.now - began > configuration.timings.idle { backoff.reset() }
            switch end {
            // A server that accepts and hangs up at once must not make us spin.
            case .again: try? await Task.sleep(for: .milliseconds(20))
            case .later: try? await Task.sleep(for: backoff.pause(&random))
            case .inactive: try? await Task.sleep(for: configuration.timings.inactive)
            }
        }
    }

    /// One session from dialling to its end.
    private func session(_ kind: SessionKind, _ arn: String, isFirst: inout Bool) async -> SessionEnd {
        do {
            let request = try await upgradeRequest(kind, arn, sendCredentials: isFirst)
            guard let url = request.url else { return .later }
            let socket = try await WebSocket.connect(url.endpoint, request.message, group: loop)
            isFirst = false
            logger.debug("session open", metadata: ["session": "\(kind.rawValue)"])
            return await hold(socket, kind, url, request.target)
        } catch WebSocket.Refusal.answered(let answer) {
            let text = String(decoding: answer.body.prefix(512), as: UTF8.self)
            logger.warning(
                "session refused", metadata: ["session": "\(kind.rawValue)", "answer": "\(answer.status) \(text)"])
            return SessionEnd.after(refusal: answer.body)
        } catch {
            logger.debug("session not opened", metadata: ["session": "\(kind.rawValue)", "error": "\(error)"])
            return .later
        }
    }

    private struct Upgrade {
        var url: ServerURL?
        /// Unsigned: telemetry frames are signed as requests of this.
        var target: HTTPRequestMessage
        var message: HTTPRequestMessage
    }

    private func upgradeRequest(_ kind: SessionKind, _ arn: String, sendCredentials: Bool) async throws -> Upgrade {
        let request = ECS.DiscoverPollEndpointRequest(containerInstance: arn, cluster: configuration.cluster)
        let answer = try await api.call("DiscoverPollEndpoint", request, answer: ECS.DiscoverPollEndpointResponse.self)
        let base = kind == .tasks ? answer.endpoint : answer.telemetryEndpoint
        let version = await engine.version
        let query =
            kind == .tasks
            ? SessionQuery.tasks(
                cluster: configuration.cluster, instance: arn, engine: version, sendCredentials: sendCredentials)
            : SessionQuery.telemetry(cluster: configuration.cluster, instance: arn, engine: version)
        guard let url = base.flatMap({ ServerURL($0) }) else {
            throw WireError(code: "ServerException", message: "No endpoint we can speak: \(base ?? "")", status: 500)
        }
        let target = HTTPRequestMessage(
            method: "GET", rawPath: url.path + "/ws", rawQuery: query, headers: ["Host": url.authority])
        return Upgrade(url: url, target: target, message: signer.sign(target, at: api.clock.now))
    }

    private var signer: SigV4.Signer {
        SigV4.Signer(configuration.credential, region: configuration.region, service: "ecs")
    }

    /// Reads an open session until it ends.
    private func hold(
        _ socket: WebSocket, _ kind: SessionKind, _ url: ServerURL, _ target: HTTPRequestMessage
    ) async -> SessionEnd {
        if kind == .tasks { tasksServer = url }
        open(socket, kind, target)
        let liveness = Liveness(configuration.timings, &random)
        let watchdog = Task { await liveness.watch(socket, isTelemetry: kind == .telemetry) }
        defer { watchdog.cancel() }
        var end = SessionEnd.again
        await withTaskCancellationHandler {
            for await event in socket.events {
                switch event {
                case .text(let frame):
                    liveness.touch()
                    receive(frame, kind)
                case .closed(let code, let reason):
                    logger.debug("session closed", metadata: ["code": "\(code)", "reason": "\(reason)"])
                    end = SessionEnd.after(closeCode: code)
                }
            }
        } onCancel: {
            socket.cut()
        }
        close(kind)
        return end
    }

    private func open(_ socket: WebSocket, _ kind: SessionKind, _ target: HTTPRequestMessage) {
        switch kind {
        case .tasks:
            tasksSession = socket
            deliver(.sessionOpened)
        case .telemetry:
            telemetrySession = TelemetrySession(socket: socket, target: target, signer: signer)
            deliver(.telemetryOpened)
        }
    }

    private func close(_ kind: SessionKind) {
        switch kind {
        case .tasks:
            tasksSession = nil
            deliver(.sessionClosed)
        case .telemetry:
            telemetrySession = nil
            deliver(.telemetryClosed)
        }
    }

    private func receive(_ frame: [UInt8], _ kind: SessionKind) {
        do {
            switch kind {
            case .tasks: deliver(.received(try ACSMessage(frame: frame)))
            case .telemetry: deliver(.receivedTelemetry(try TCSMessage(frame: frame)))
            }
        } catch {
            // Not acknowledged; the server will notice.
            logger.warning("a message could not be read", metadata: ["error": "\(error)"])
        }
    }
}

/// The open session for measurements, with what its frames are signed by.
struct TelemetrySession: Sendable {
    let socket: WebSocket
    let target: HTTPRequestMessage
    let signer: SigV4.Signer

    func send(_ message: TCSMessage, at now: Timestamp) {
        let body = message.frame
        var request = target
        request.body = body
        socket.send(TelemetryFrame(headers: signer.sign(request, at: now).headers, body: body).bytes)
    }
}
