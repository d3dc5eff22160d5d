import AWSWire
import Foundation
import NIOCore
import NIOHTTP1

/// The ECS API as the benchmark calls it, in a region of ours or in a peer: the same signed requests for both.
struct BenchECS: Sendable {
    static let credential = Credential(
        accessKeyID: "AKIABENCHBENCHBENCH1", secretAccessKey: "bench/secret/0123456789abcdefghijklmnopq")

    let target: BenchTarget
    let group: any EventLoopGroup

    /// A signed request for an operation, good for as often as it is sent within fifteen minutes.
    func request(_ operation: String, _ input: JSONValue) -> BenchRequest {
        signed(
            "ecs", input.encode(),
            [
                ("Content-Type", "application/x-amz-json-1.1"),
                ("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.\(operation)"),
            ])
    }

    /// Calls an operation once.
    func call(_ operation: String, _ input: JSONValue) async throws -> JSONValue {
        let answer = try await BenchCall.send(request(operation, input), to: target, on: group)
        guard answer.status == 200 else {
            throw BenchError("\(operation): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
        return try JSONValue.parse(answer.body)
    }

    /// Calls an operation of a query API once, and returns the XML.
    func query(_ service: String, _ form: String) async throws -> String {
        let request = signed(
            service, Array(form.utf8), [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
        let answer = try await BenchCall.send(request, to: target, on: group)
        guard answer.status == 200 else { throw BenchError("\(form.prefix(40)): \(answer.status)") }
        return String(decoding: answer.body, as: UTF8.self)
    }

    private func signed(_ service: String, _ body: [UInt8], _ headers: [(String, String)]) -> BenchRequest {
        let message = HTTPRequestMessage(
            method: "POST", rawPath: "/", headers: AWSWire.HTTPHeaders([("Host", target.host)] + headers), body: body)
        let now = Timestamp(seconds: Date().timeIntervalSince1970)
        let signer = SigV4.Signer(BenchECS.credential, region: "us-east-1", service: service)
        let fields = signer.sign(message, at: now).headers.fields.map { ($0.name, $0.value) }
        return BenchRequest(headers: fields, body: body)
    }
}

extension BenchECS {
    /// Registers a task definition of one busybox container and returns its ARN.
    func register(
        _ family: String, command: [String], memory: Int, networkMode: String = "bridge"
    ) async throws -> String {
        let container: JSONValue = [
            "name": "app", "image": "busybox:latest", "memory": .int(Int64(memory)), "stopTimeout": 1,
            "command": .array(command.map { .string($0) }),
        ]
        let answer = try await call(
            "RegisterTaskDefinition",
            [
                "family": .string(family), "containerDefinitions": [container], "networkMode": .string(networkMode),
            ])
        guard let arn = answer["taskDefinition"]?["taskDefinitionArn"]?.stringValue else {
            throw BenchError("RegisterTaskDefinition answered without an ARN")
        }
        return arn
    }

    /// Waits until a condition holds, asking again at once or after a pause.
    static func wait(
        _ what: String, seconds: Double = 60, pause: Duration = .milliseconds(5), until check: () async throws -> Bool
    ) async throws {
        let deadline = Date().addingTimeInterval(seconds)
        while try await !check() {
            guard Date() < deadline else { throw BenchError("not within \(Int(seconds)) seconds: \(what)") }
            try await Task.sleep(for: pause)
        }
    }

    /// Waits until so many tasks are RUNNING in the default cluster.
    func waitForRunning(_ tasks: Int, pause: Duration = .milliseconds(50)) async throws {
        try await BenchECS.wait("\(tasks) running tasks", seconds: 600, pause: pause) {
            let found = try await call("DescribeClusters", ["clusters": ["default"]])
            return found["clusters"]?.arrayValue?.first?["runningTasksCount"]?.intValue ?? 0 >= tasks
        }
    }

    /// Waits until the default cluster has connected instances.
    func waitForInstances(_ count: Int) async throws {
        try await BenchECS.wait("\(count) connected instances", pause: .milliseconds(50)) {
            guard let listed = try? await call("ListContainerInstances", [:]),
                let arns = listed["containerInstanceArns"]?.arrayValue, arns.count >= count
            else { return false }
            if count == 0 { return true }
            let found = try await call("DescribeContainerInstances", ["containerInstances": .array(arns)])
            let instances = found["containerInstances"]?.arrayValue ?? []
            return instances.filter { $0["agentConnected"]?.boolValue == true }.count >= count
        }
    }
}
