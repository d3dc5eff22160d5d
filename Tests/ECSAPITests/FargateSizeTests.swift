import Testing

/// The sizes of tasks on Fargate.
@Suite("Sizes on Fargate") struct FargateSizeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var cpu: String
        /// MiB that go with it, the least and the most among them.
        var fits: [Int]
        /// MiB that do not: beside the range, and between two steps.
        var fails: [Int]

        var testDescription: String { cpu }
    }

    private func register(_ cpu: String, _ memory: String, _ platform: String = "") -> Answer {
        TestRegion().call(
            "RegisterTaskDefinition",
            #"{"family":"f","requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc","cpu":"\#(cpu)","#
                + #""memory":"\#(memory)"\#(platform),"containerDefinitions":[{"name":"a","image":"i"}]}"#)
    }

    /// Source: Amazon ECS Developer Guide, Amazon ECS task definition differences for Fargate, Task CPU and memory.
    @Test(
        "each number of CPU units has its own amounts of memory",
        arguments: [
            Row(cpu: "256", fits: [512, 1_024, 2_048], fails: [256, 1_536, 3_072]),
            Row(cpu: ".5 vCPU", fits: [1_024, 2_048, 4_096], fails: [512, 1_536, 5_120]),
            Row(cpu: "1024", fits: [2_048, 8_192], fails: [1_024, 2_560, 9_216]),
            Row(cpu: "2 vCPU", fits: [4_096, 16_384], fails: [3_072, 4_608, 17_408]),
            Row(cpu: "4096", fits: [8_192, 30_720], fails: [7_168, 8_704, 31_744]),
            Row(cpu: "8192", fits: [16_384, 20_480, 61_440], fails: [15_360, 17_408, 65_536]),
            Row(cpu: "16384", fits: [32_768, 40_960, 122_880], fails: [31_744, 36_864, 131_072]),
            Row(cpu: "300", fits: [], fails: [512]), Row(cpu: "32768", fits: [], fails: [131_072]),
        ])
    func pairs(row: Row) {
        for memory in row.fits {
            let answer = register(row.cpu, "\(memory)")
            #expect(answer.status == 200, "\(memory): \(answer.text)")
        }
        for memory in row.fails {
            let answer = register(row.cpu, "\(memory)")
            #expect(answer.code == "ClientException", "\(memory): \(answer.text)")
            #expect(answer.message.hasPrefix("No Fargate configuration exists for given values: "))
        }
    }

    /// Source: the same page, Windows.
    @Test("Windows has one to four vCPU")
    func windows() {
        let platform = #","runtimePlatform":{"operatingSystemFamily":"WINDOWS_SERVER_2022_CORE"}"#
        #expect(register("1 vCPU", "2 GB", platform).status == 200)
        #expect(register("4 vCPU", "30 GB", platform).status == 200)
        #expect(register(".5 vCPU", "1 GB", platform).code == "ClientException")
        #expect(register("8 vCPU", "16 GB", platform).code == "ClientException")
    }
}
