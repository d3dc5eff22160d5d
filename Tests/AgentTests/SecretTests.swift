import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Secrets")
struct SecretTests {
    private static let secretARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:db-AbCdEf"

    private static func secret(_ name: String, _ provider: String, _ from: String, _ target: String) -> ACS.Secret {
        ACS.Secret(
            name: name, valueFrom: from, provider: provider, region: "us-east-1", type: "ENVIRONMENT_VARIABLE",
            target: target)
    }

    private static let container = ACS.Container.sample().with {
        $0.environment = ["A": "plain"]
        $0.secrets = [
            secret("PASSWORD", "asm", "\(secretARN):password::", "CONTAINER"),
            secret("KEY", "ssm", "/web/key", "CONTAINER"), secret("token", "ssm", "/log/token", "LOG_DRIVER"),
        ]
        $0.dockerConfig = ACS.DockerConfig(
            config: "{}", hostConfig: #"{"LogConfig":{"Type":"splunk","Config":{"url":"u"}}}"#)
    }

    private static let values: [SecretLookUp: String] = [
        SecretLookUp(.secretsManager, "\(secretARN):password::"): "p", SecretLookUp(.parameterStore, "/web/key"): "k",
        SecretLookUp(.parameterStore, "/log/token"): "t",
    ]

    @Test("no container is created before its secrets are there")
    func waits() {
        var machine = makeMachine([SecretTests.container])
        var actions = machine.handle(.accepted, at: start)
        #expect(actions.contains(.lookUp(SecretTests.values.keys.sorted())))
        actions = machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start)
        #expect(!actions.contains { if case .engine(.create) = $0 { true } else { false } })
        actions = machine.handle(.found(SecretTests.values), at: start)
        let created = actions.compactMap { action -> JSONValue? in
            if case .engine(.create(_, let creation)) = action { creation.configuration } else { nil }
        }
        let environment = created.first?["Env"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(Set(environment).isSuperset(of: ["A=plain", "PASSWORD=p", "KEY=k"]))
        let log = created.first?["HostConfig"]?["LogConfig"]
        #expect(log?["Config"] == ["url": "u", "token": "t"] && log?["Type"] == "splunk")
    }

    @Test("what is kept of a task holds no values")
    func journal() {
        var machine = makeMachine([SecretTests.container])
        _ = machine.handle(.accepted, at: start)
        _ = machine.handle(.found([SecretLookUp(.parameterStore, "/web/key"): "correct-horse"]), at: start)
        let text = String(decoding: machine.journal.encode(), as: UTF8.self)
        #expect(text.contains("/web/key") && !text.contains("correct-horse"))
    }

    @Test("a task whose secrets cannot be had stops, and says which")
    func fails() {
        var bench = Bench([SecretTests.container])
        bench.feed(.accepted)
        bench.feed(.notFound(SecretFailure("invalid ssm parameters: /web/key")))
        let report = bench.reports.last
        #expect(report?.status == .stopped)
        #expect(
            report?.reason == "ResourceInitializationError: unable to pull secrets or registry auth: "
                + "invalid ssm parameters: /web/key")
    }

    @Test("they are looked up once the execution role has credentials, and as that role")
    func credentials() {
        var machine = AgentMachine(cluster: "default", settings: .sample, random: SeededRandom(seed: 1))
        var task = ACS.Task.sample(containers: [SecretTests.container])
        task.executionRoleCredentials = ACS.IAMRoleCredentials(credentialsId: "c", roleArn: "r")
        let payload = ACS.PayloadMessage(
            messageId: "m", clusterArn: clusterARN, containerInstanceArn: instanceARN, tasks: [task])
        var actions = machine.handle(.received(.payload(payload)), at: start)
        #expect(!actions.contains { if case .lookUp = $0 { true } else { false } })
        let keys = ACS.IAMRoleCredentials(
            credentialsId: "c", roleArn: "r", accessKeyId: "AKID", secretAccessKey: "s", sessionToken: "t")
        let message = ACS.IAMRoleCredentialsMessage(
            messageId: "n", taskArn: taskARN, roleType: "TaskExecution", roleCredentials: keys)
        actions = machine.handle(.received(.credentials(message)), at: start)
        let asked = actions.compactMap { action -> (String, Int, String)? in
            if case .lookUp(let task, let wanted, let credential) = action {
                (task, wanted.count, credential.accessKeyID)
            } else {
                nil
            }
        }
        #expect(asked.count == 1 && asked.first?.0 == taskARN && asked.first?.1 == 3 && asked.first?.2 == "AKID")
    }

    @Test(
        "what stands behind a secret's ARN",
        arguments: [
            ("", nil, nil, nil), (":user::", "user", nil, nil), ("::AWSPREVIOUS:", nil, "AWSPREVIOUS", nil),
            (":user::v1", "user", nil, "v1"),
        ] as [(String, String?, String?, String?)])
    func references(suffix: String, key: String?, stage: String?, version: String?) {
        let reference = SecretReference(SecretTests.secretARN + suffix)
        #expect(reference.id == SecretTests.secretARN)
        #expect(reference.jsonKey == key && reference.stage == stage && reference.version == version)
    }

    @Test("a member of a secret")
    func members() {
        let reference = SecretReference("\(SecretTests.secretARN):port::")
        #expect(reference.value(in: #"{"port":5432,"user":"u"}"#) == "5432")
        #expect(reference.value(in: #"{"user":"u"}"#) == nil && reference.value(in: "no object") == nil)
    }
}
