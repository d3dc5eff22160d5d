import AWSWire
import Glibc
import NodeLink
import Testing

@testable import Agent

@Suite("What a host gives to tasks")
struct HostResourceTests {
    // MARK: Port ranges

    @Test("ranges are read with care", arguments: ["", "80", "80-", "90-80", "0-5", "1-65536", "a-b", "1-2-3", "-1-5"])
    func badRanges(text: String) {
        #expect(PortRange(text, protocol: "tcp") == nil)
    }

    struct Search: Sendable {
        var taken: Set<Int>
        var start: Int
        var finds: Int?
    }

    @Test(
        "contiguous free ports are found, from where the search begins and then from the beginning",
        arguments: [
            Search(taken: [], start: 0, finds: 100), Search(taken: [101], start: 0, finds: 102),
            Search(taken: [], start: 4, finds: 104), Search(taken: [109], start: 8, finds: 100),
            Search(taken: [102, 105, 108], start: 0, finds: nil),
        ])
    func contiguous(search: Search) throws {
        let range = try #require(PortRange("7000-7002", protocol: "tcp"))
        let ports = HostPorts(ephemeral: 100...110) { port, _ in !search.taken.contains(port) }
        #expect(ports.find(range, from: search.start) == search.finds)
        let others = HostPorts(ephemeral: 100...110, isFree: ports.isFree, taken: [100...110])
        #expect(others.find(range, from: search.start) == nil)
    }

    @Test("a range is published side by side, and reported as one")
    func published() throws {
        var bench = Bench([
            .sample().with {
                $0.portMappings = [
                    ACS.PortMapping(containerPortRange: "7000-7009", protocol: "udp"),
                    ACS.PortMapping(containerPort: 80, hostPort: 0, protocol: "tcp"),
                ]
            }
        ])
        bench.feed(.accepted)
        let bindings = bench.reports.first?.containers.first?.bindings ?? []
        #expect(bindings.count == 2)
        let range = try #require(bindings.first { $0.rangeLength != nil })
        #expect((range.containerPort, range.protocol, range.rangeLength) == (7_000, "udp", 10))
        let change = bench.reports.first?.request(cluster: "default").containers?.first?.networkBindings
        #expect(change?.first { $0.containerPortRange != nil }?.containerPortRange == "7000-7009")
        let host = range.hostPort
        #expect(change?.first { $0.containerPortRange != nil }?.hostPortRange == "\(host)-\(host + 9)")
        #expect(change?.first { $0.containerPortRange != nil }?.hostPort == nil)
        // As it was, after a restart.
        let restored = try #require(TaskMachine(journal: bench.machine.journal, .sample))
        #expect(restored.container("app")?.bindings == bindings)
    }

    @Test("ports of a range that do not lie side by side are told one by one")
    func scattered() throws {
        let range = try #require(PortRange("7000-7001", protocol: "tcp"))
        let bindings = [(7_000, 100), (7_001, 102)].map {
            NetworkBinding(bindIP: "0.0.0.0", containerPort: $0.0, hostPort: $0.1, protocol: "tcp")
        }
        #expect(bindings.joined(by: range) == bindings)
        #expect([bindings[0]].joined(by: range) == [bindings[0]])
    }

    // MARK: Control groups

    /// A folder that looks like the kernel's, but for the files: those are made by hand.
    private func folder(_ files: String...) -> String {
        let root = Files.temporaryDirectory()
        for file in files {
            var path = root
            for part in file.split(separator: "/").dropLast() {
                path += "/" + part
                mkdir(path, 0o755)
            }
            Files.write("", to: root + "/" + file)
        }
        return root
    }

    private func content(_ path: String) throws -> String { String(decoding: try Files.read(path), as: UTF8.self) }

    @Test("limits in the groups of version 1")
    func versionOne() throws {
        let root = folder(
            "cpu/ecs/abc/cpu.cfs_period_us", "cpu/ecs/abc/cpu.cfs_quota_us", "memory/ecs/abc/memory.limit_in_bytes",
            "memory/ecs/abc/memory.use_hierarchy")
        let groups = ControlGroups(version: .one, root: root)
        let name = try groups.make(for: "arn:aws:ecs:r:1:task/default/abc", TaskLimits(cores: 0.5, memoryMiB: 64))
        #expect(name == "/ecs/abc")
        #expect(try content(root + "/cpu/ecs/abc/cpu.cfs_quota_us") == "50000")
        #expect(try content(root + "/cpu/ecs/abc/cpu.cfs_period_us") == "100000")
        #expect(try content(root + "/memory/ecs/abc/memory.limit_in_bytes") == "67108864")
    }

    @Test("limits in the groups of version 2")
    func versionTwo() throws {
        let root = folder(
            "cgroup.subtree_control", "ecs/cgroup.subtree_control", "ecs/abc/cpu.max", "ecs/abc/memory.max")
        let groups = ControlGroups(version: .two, root: root)
        _ = try groups.make(for: "arn:aws:ecs:r:1:task/default/abc", TaskLimits(cores: 1.5, memoryMiB: 64))
        #expect(try content(root + "/ecs/abc/cpu.max") == "150000 100000")
        #expect(try content(root + "/ecs/abc/memory.max") == "67108864")
        #expect(try content(root + "/ecs/cgroup.subtree_control") == "+cpu +memory")
    }

    @Test(
        "a group that cannot be made is an error, as is a name that leads elsewhere", arguments: ["abc", "..", "a b"])
    func noGroup(id: String) {
        let groups = ControlGroups(version: .one, root: "/dev/null")
        #expect(throws: ControlGroups.Failure.self) {
            try groups.make(for: "arn:aws:ecs:r:1:task/default/\(id)", TaskLimits(cores: 1, memoryMiB: nil))
        }
    }

    @Test("groups go from the hierarchies of all controllers")
    func removed() throws {
        let root = Files.temporaryDirectory()
        for hierarchy in ["cpu", "pids"] {
            for path in ["/\(hierarchy)", "/\(hierarchy)/ecs", "/\(hierarchy)/ecs/abc"] { mkdir(root + path, 0o755) }
        }
        ControlGroups(version: .one, root: root).remove(for: "arn:aws:ecs:r:1:task/default/abc")
        #expect(access(root + "/cpu/ecs", F_OK) == 0)
        for hierarchy in ["cpu", "pids"] { #expect(access(root + "/\(hierarchy)/ecs/abc", F_OK) != 0) }
    }

    // MARK: The agent's own image

    @Test("the program is a whole ELF file for each processor", arguments: [("amd64", 62), ("arm64", 183)])
    func program(architecture: String, machine: UInt8) throws {
        let program = try #require(PauseImage.program(architecture))
        #expect(program.prefix(4) == [0x7F, 0x45, 0x4C, 0x46])
        #expect(program[18] == machine)
        // The segment's size in the file is the file's.
        #expect(Int(program[64 + 32]) == program.count)
        let archive = try #require(PauseImage.archive(architecture))
        #expect(archive.count % 512 == 0)
        #expect(archive.prefix(5) == ArraySlice("pause".utf8))
        #expect(archive[512..<(512 + program.count)] == ArraySlice(program))
    }

    @Test("there is no program for other processors")
    func unknownProcessor() {
        #expect(PauseImage.archive("s390x") == nil)
    }
}
