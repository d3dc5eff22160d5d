import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Volumes of tasks")
struct VolumeTests {
    private static let secretARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:share-AbCdEf"

    private static func volumes(_ volume: ACS.Volume, hosts: String = "") -> TaskVolumes {
        var task = ACS.Task.sample()
        task.volumes = [volume]
        var settings = TaskSettings.sample
        settings.fileSystemHosts = FileSystemHosts(hosts) ?? FileSystemHosts()
        var random = SeededRandom(seed: 1)
        return TaskVolumes(task, EngineNames(task), settings, &random)
    }

    private static func elastic(_ change: (inout ACS.EFSVolume) -> Void = { _ in }) -> ACS.Volume {
        var efs = ACS.EFSVolume(fileSystemId: "fs-1", rootDirectory: "/data")
        change(&efs)
        return ACS.Volume(name: "v", type: "efs", efsVolumeConfiguration: efs)
    }

    private static func share(_ root: String = #"share\data"#) -> ACS.Volume {
        ACS.Volume(
            name: "v", type: "fsxWindowsFileServer",
            fsxWindowsFileServerVolumeConfiguration: ACS.FSxVolume(
                fileSystemId: "fs-2", rootDirectory: root,
                authorizationConfig: ACS.FSxAuthorization(credentialsParameter: secretARN, domain: "example.com")))
    }

    @Test("an EFS volume has the options that EFS recommends, towards the name EFS has in DNS")
    func elastic() throws {
        let volumes = VolumeTests.volumes(VolumeTests.elastic())
        let made = try #require(volumes.created.first)
        #expect(made.driver == "local" && made.manner == .makeElastic && volumes.owned == [made.name])
        #expect(
            made.options == [
                "type": "nfs", "device": ":/data",
                "o": "addr=fs-1.efs.us-east-1.amazonaws.com,nfsvers=4.1,rsize=1048576,wsize=1048576,timeo=600,hard,"
                    + "retrans=2,noresvport",
            ])
        #expect(volumes.binds([ACS.MountPoint(sourceVolume: "v", containerPath: "/m")]) == ["\(made.name):/m"])
    }

    @Test("a file system may be elsewhere, and the China regions have a domain of their own")
    func hosts() throws {
        let made = try #require(VolumeTests.volumes(VolumeTests.elastic(), hosts: "fs-1=10.0.0.5").created.first)
        #expect(made.options["o"]?.hasPrefix("addr=10.0.0.5,") == true)
        #expect(FileSystemHosts().elastic("fs-1", region: "cn-north-1") == "fs-1.efs.cn-north-1.amazonaws.com.cn")
        #expect(FileSystemHosts("fs-1=a,rw") == nil && FileSystemHosts("fs-1") == nil && FileSystemHosts("") != nil)
    }

    @Test("what needs a mount helper is refused, and so is what would be an option of its own")
    func refused() {
        for volume in [
            VolumeTests.elastic { $0.transitEncryption = "ENABLED" },
            VolumeTests.elastic { $0.authorizationConfig = ACS.EFSAuthorization(accessPointId: "fsap-1") },
            VolumeTests.elastic { $0.authorizationConfig = ACS.EFSAuthorization(iam: "ENABLED") },
        ] { #expect(VolumeTests.volumes(volume).unsupported?.contains("no mount helper") == true) }
        let tricky = VolumeTests.volumes(VolumeTests.elastic { $0.fileSystemId = "fs-1,nolock" })
        #expect(tricky.unsupported != nil && tricky.created.isEmpty)
        #expect(VolumeTests.volumes(VolumeTests.share()).unsupported?.contains("knows no address of fs-2") == true)
        for root in ["", "\\", "share\\..\\other"] {
            #expect(VolumeTests.volumes(VolumeTests.share(root), hosts: "fs-2=h").unsupported != nil)
        }
    }

    @Test("a share is mounted with what its secret says, and the password is nowhere else")
    func share() throws {
        let volumes = VolumeTests.volumes(VolumeTests.share(), hosts: "fs-2=10.0.0.6")
        let waiting = try #require(volumes.shares.first)
        #expect(waiting.source.hasPrefix("/run/roost/mounts/ecs-web-3-v-") && volumes.owned == [waiting.source])
        let creations = try volumes.mounts([waiting.lookUp: #"{"username":"u","password":"a,b"}"#])
        guard case .mount(let mount)? = creations.first?.manner else { return #expect(Bool(false), "\(creations)") }
        #expect(mount.host == "10.0.0.6" && mount.path == "share/data")
        #expect(
            mount.options(address: "10.0.0.6")
                == "ip=10.0.0.6,username=u,password=a,,b,domain=example.com,vers=3.0")
        var dumped = "\(creations)"
        dump(creations, to: &dumped)
        #expect(!dumped.contains("a,b") && dumped.contains("//10.0.0.6/share/data"))
        #expect(throws: SecretFailure.self) { try volumes.mounts([:]) }
    }

    @Test("a name that would bring further options along is none")
    func names() {
        let user = RegistryCredential(username: "u,uid=0", password: "p")
        #expect(ShareMount(host: "h", path: "s", domain: "d", user: user).options(address: "1.2.3.4") == nil)
    }

    @Test("a task waits for its share, and takes it along at its end, also after a crash")
    func life() throws {
        var task = ACS.Task.sample()
        task.volumes = [VolumeTests.share()]
        var settings = TaskSettings.sample
        settings.fileSystemHosts = try #require(FileSystemHosts("fs-2=h"))
        var random = SeededRandom(seed: 1)
        var machine = TaskMachine(task, settings, random: &random)
        machine.isKept = true
        let lookUp = SecretLookUp(.secretsManager, VolumeTests.secretARN)
        #expect(machine.handle(.accepted, at: start).contains(.lookUp([lookUp])))
        func mounts(_ actions: [TaskAction]) -> [String] {
            actions.compactMap { if case .engine(.createVolume(_, let volume)) = $0 { volume.name } else { nil } }
        }
        func creates(_ actions: [TaskAction]) -> Bool {
            actions.contains { if case .engine(.create) = $0 { true } else { false } }
        }
        _ = machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start)
        let values = [lookUp: #"{"username":"u","password":"correct-horse"}"#]
        let asked = machine.handle(.found(values), at: start)
        let path = try #require(mounts(asked).first)
        #expect(!creates(asked))
        #expect(!String(decoding: machine.journal.encode(), as: UTF8.self).contains("correct-horse"))
        let restored = try #require(TaskMachine(journal: machine.journal, settings))
        #expect(restored.volumes.shares.map(\.source) == [path] && restored.volumes.owned == [path])
        #expect(creates(machine.handle(.engine(.volumeReady(task: taskARN, name: path)), at: start)))
        var failed = restored
        let why = "ResourceInitializationError: failed to set up FSx volumes: no such device"
        _ = failed.handle(.engine(.volumeFailed(task: taskARN, name: path, EngineFailure(.final, why))), at: start)
        #expect(failed.reason == why)
    }

    @Test("a shared volume is made only if that was asked for, and never goes with a task")
    func shared() {
        func volumes(_ autoprovision: Bool) -> TaskVolumes {
            VolumeTests.volumes(
                ACS.Volume(
                    name: "v", type: "docker",
                    dockerVolumeConfiguration: ACS.DockerVolume(
                        scope: "shared", autoprovision: autoprovision, driver: "d", labels: ["a": "b"])))
        }
        let made = VolumeCreation(name: "v", driver: "d", labels: ["a": "b"], manner: .makeUnlessThere)
        #expect(volumes(true).created == [made] && volumes(true).owned.isEmpty)
        #expect(volumes(false).created == [VolumeCreation(name: "v", manner: .find)] && volumes(false).owned.isEmpty)
    }

    @Test(
        "engines' words about mounts are repeated without the passwords",
        arguments: [
            (
                #"mount //h/s:/x, data: addr=1.2.3.4,username=u,password=a,b": no such device"#,
                #"mount //h/s:/x, data: addr=1.2.3.4,username=u,password=****": no such device"#
            ), ("data: PASS=secret: no such device", "data: PASS=****: no such device"), ("passwd=x", "passwd=****"),
            ("nothing to hide", "nothing to hide"), ("pass=", "pass=****"), ("", ""),
        ])
    func redaction(text: String, masked: String) { #expect(Redaction.masked(text) == masked) }
}
