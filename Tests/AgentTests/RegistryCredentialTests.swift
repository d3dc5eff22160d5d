import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Credentials for registries")
struct RegistryCredentialTests {
    private static let arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:registry-AbCdEf"
    private static let lookUp = SecretLookUp(.secretsManager, arn)
    private static let container = ACS.Container.sample().with {
        $0.registryAuthentication = ACS.RegistryAuthentication(
            type: "asm", asmAuthData: ACS.ASMAuthData(credentialsParameter: arn, region: "us-east-1"))
    }

    @Test("an image of a private registry is pulled once its credentials are there, with them")
    func waits() {
        var machine = makeMachine([RegistryCredentialTests.container])
        var actions = machine.handle(.accepted, at: start)
        #expect(actions.contains(.lookUp([RegistryCredentialTests.lookUp])))
        #expect(!actions.contains { if case .engine(.pull) = $0 { true } else { false } })
        actions = machine.handle(
            .found([RegistryCredentialTests.lookUp: #"{"username":"u","password":"correct-horse"}"#]), at: start)
        let credential = RegistryCredential(username: "u", password: "correct-horse")
        #expect(actions.contains(.engine(.pull(reference(), image: "busybox:latest", credential: credential))))
        #expect(!String(decoding: machine.journal.encode(), as: UTF8.self).contains("correct-horse"))
    }

    @Test(
        "a secret that is no credential ends the task, and is in no reason",
        arguments: [
            ("", "asm fetching authorization data: empty secrets value"),
            ("hidden", "asm fetching authorization data: unable to unmarshal secret value, invalid schema"),
            (#"{"username":"hidden"}"#, "asm fetching password: AuthorizationData is malformed, empty field"),
            (
                #"{"username":"","password":"hidden"}"#,
                "asm fetching username: AuthorizationData is malformed, empty field"
            ),
        ])
    func refuses(secret: String, why: String) {
        var bench = Bench([RegistryCredentialTests.container])
        bench.feed(.accepted)
        bench.feed(.found([RegistryCredentialTests.lookUp: secret]))
        let reason = bench.reports.last?.reason ?? ""
        #expect(reason == "ResourceInitializationError: unable to pull secrets or registry auth: \(why)")
        #expect(bench.steps.isEmpty && !reason.contains("hidden"))
    }

    @Test("a password is in no description")
    func hides() {
        let credential = RegistryCredential(username: "u", password: "correct-horse")
        var dumped = "\(credential) \(String(reflecting: [credential]))"
        dump(EngineAction.pull(reference(), image: "i", credential: credential), to: &dumped)
        #expect(dumped.contains("RegistryCredential(u)") && !dumped.contains("correct-horse"))
    }

    @Test("the engine's header is JSON in the URL alphabet of base 64")
    func header() {
        #expect(
            RegistryCredential(username: "u", password: "?>~?>~").header
                == "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6Ij8-fj8-fiJ9")
    }

    @Test(
        "an instance's credentials are for their registry, and there for the longest path",
        arguments: [
            ("registry.example/web/app:1", "web"), ("registry.example/other", "all"),
            ("registry.example/website", "all"),
            ("registry.example:5000/web", nil), ("busybox", "hub"), ("library/busybox", "hub"), ("localhost/x", nil),
            ("docker.io/x/y", "hub"),
        ] as [(String, String?)])
    func finds(image: String, user: String?) throws {
        let plain = #"""
            {"https://registry.example":{"username":"all","password":"p"},
             "registry.example/web/":{"username":"web","password":"p"},
             "https://index.docker.io/v1/":{"username":"hub","password":"p"}}
            """#
        // all:p, web:p, hub:p
        let encoded = #"""
            {"https://registry.example":{"auth":"YWxsOnA="},"registry.example/web/":{"auth":"d2ViOnA="},
             "https://index.docker.io/v1/":{"auth":"aHViOnA=","email":"e"},"broken.example":{"auth":"!"}}
            """#
        for (type, data) in [("docker", plain), ("dockercfg", encoded)] {
            let found = try #require(EngineAuthentication(type: type, data: data)).credential(for: image)
            #expect(found == user.map { RegistryCredential(username: $0, password: "p") })
        }
    }

    @Test("what is not of a known type is refused")
    func types() {
        #expect(EngineAuthentication(type: "other", data: "{}") == nil)
        #expect(EngineAuthentication(type: "docker", data: "nothing") == nil)
    }
}
