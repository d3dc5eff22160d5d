import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Environment files")
struct EnvironmentFileTests {
    private static let (one, two) = ("arn:aws:s3:::bucket/one.env", "arn:aws:s3:::bucket/two.env")
    private static let container = ACS.Container.sample().with {
        $0.environment = ["OWN": "definition", "PLAIN": "x"]
        $0.environmentFiles = [one, two].map { ACS.EnvironmentFile(value: $0, type: "s3") }
        $0.secrets = [
            ACS.Secret(
                name: "SECRET", valueFrom: "/s", provider: "ssm", type: "ENVIRONMENT_VARIABLE", target: "CONTAINER")
        ]
    }

    @Test("a line for each variable, and nothing is done to values")
    func lines() {
        let text = "# comment\nA=1\n\nB=two words\r\nC=\"quoted\"\n D=x\nE=a=b\n#F=1\nG=\n=h\nno\nA=2\nH= y "
        #expect(
            EnvironmentFile.variables(in: text) == [
                "A": "2", "B": "two words", "C": "\"quoted\"", " D": "x", "E": "a=b", "H": " y ",
            ])
        #expect(EnvironmentFile.variables(in: "").isEmpty)
    }

    @Test("the first file counts, the definition before files, and secrets before all")
    func order() {
        var machine = makeMachine([EnvironmentFileTests.container])
        let wanted = machine.handle(.accepted, at: start).compactMap { action in
            if case .lookUp(let lookUps) = action { lookUps } else { nil }
        }
        let files = [EnvironmentFileTests.one, EnvironmentFileTests.two].map { SecretLookUp(.objectStorage, $0) }
        let secret = SecretLookUp(.parameterStore, "/s")
        #expect(wanted == [files + [secret]])
        _ = machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start)
        let actions = machine.handle(
            .found([
                files[0]: "OWN=file\nBOTH=first\nSECRET=file", files[1]: "BOTH=second\nMORE=1", secret: "hidden",
            ]), at: start)
        let created = actions.compactMap { action -> JSONValue? in
            if case .engine(.create(_, let creation)) = action { creation.configuration } else { nil }
        }
        let environment = (created.first?["Env"]?.arrayValue ?? []).compactMap(\.stringValue)
        #expect(
            environment.filter { !$0.hasPrefix("AWS_") && !$0.hasPrefix("ECS_") }
                == ["BOTH=first", "MORE=1", "OWN=definition", "PLAIN=x", "SECRET=hidden"])
        #expect(!String(decoding: machine.journal.encode(), as: UTF8.self).contains("second"))
    }

    @Test(
        "an object's name",
        arguments: [
            ("arn:aws:s3:::bucket/web/prod.env", "bucket", "web/prod.env"), ("arn:aws:s3:::bucket", nil, nil),
            ("arn:aws:s3:::bucket/", nil, nil), ("arn:aws:ssm:::bucket/k", nil, nil), ("bucket/k", nil, nil),
            ("arn:aws:s3:::bucket/a:b", "bucket", "a:b"),
        ] as [(String, String?, String?)])
    func objects(arn: String, bucket: String?, key: String?) {
        let name = ObjectName(arn: arn)
        #expect(name?.bucket == bucket && name?.key == key)
    }

    @Test("a secret cannot name an object")
    func providers() {
        #expect(ACS.Secret(name: "A", valueFrom: "arn:aws:s3:::b/k", provider: "s3").lookUp == nil)
    }
}
