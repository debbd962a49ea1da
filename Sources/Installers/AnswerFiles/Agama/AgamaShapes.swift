/// What a profile of Agama may say, at every depth: the names, their types and values, in the notation of ``AnswerShapes``.
///
/// To bring it up to date: compare with the schemas `profile`, `storage` and `iscsi` of agama's `rust/agama-lib/share`. (branch SLE-16)
/// Agama's schema closes most maps; what it leaves open is closed here too, because Agama does nothing with other names.
enum AgamaShapes {
  static let all = AnswerShapes(
    #"""
    file = {destination! content url:any permissions user group one(url content)}
    preScript = {name! body content url:any one(body url content)}
    postPartitioning = {name! body content url:any one(body url content)}
    postScript = {name! body content url:any chroot:bool one(body url content)}
    initScript = {name! body content url:any one(body url content)}
    patternsArray = [text]
    patternsObject = {add:[text] remove:[text]}
    answer = {class text answer password data:{...}}
    storage = {boot:boot drives:[driveElement] volumeGroups:[volumeGroup] mdRaids:[mdRaidElement]}
    boot = {configure!:bool device:alias}
    alias = text
    driveElement = nonPartitionedDrive|partitionedDrive
    nonPartitionedDrive = {search:driveSearch alias:alias encryption:encryption filesystem:filesystem}
    driveSearch = searchAll|searchName|driveAdvancedSearch
    searchAll = '*'
    searchName = text
    driveAdvancedSearch = {condition:driveSearchCondition sort:driveSearchSort max:searchMax ifNotFound:searchActions}
    driveSearchCondition = searchConditionName|searchConditionSize
    searchConditionName = {name!:searchName}
    searchConditionSize = {size!:sizeValue|searchConditionSizeEqual|searchConditionSizeGreater|searchConditionSizeLess}
    sizeValue = sizeString|sizeBytes
    sizeString = ~size
    sizeBytes = natural
    searchConditionSizeEqual = {equal!:sizeValue}
    searchConditionSizeGreater = {greater!:sizeValue}
    searchConditionSizeLess = {less!:sizeValue}
    driveSearchSort = driveSearchSortCriterion|[driveSearchSortCriterion]
    driveSearchSortCriterion = driveSearchSortCriterionShort|driveSearchSortCriterionFull
    driveSearchSortCriterionShort = 'name'|'size'
    driveSearchSortCriterionFull = {name:searchSortCriterionOrder size:searchSortCriterionOrder one(name size)}
    searchSortCriterionOrder = 'asc'|'desc'
    searchMax = positive
    searchActions = 'skip'|'error'
    encryption = encryptionLuks1|encryptionLuks2|encryptionPervasiveLuks2|encryptionTPM|encryptionSwap
    encryptionLuks1 = {luks1!:{password!:encryptionPassword cipher:encryptionCipher keySize:encryptionKeySize}}
    encryptionPassword = text
    encryptionCipher = text
    encryptionKeySize = int
    encryptionLuks2 = {luks2!:{password!:encryptionPassword cipher:encryptionCipher keySize:encryptionKeySize
      pbkdFunction:encryptionPbkdFunction label}}
    encryptionPbkdFunction = 'pbkdf2'|'argon2i'|'argon2id'
    encryptionPervasiveLuks2 = {pervasiveLuks2!:{password!:encryptionPassword}}
    encryptionTPM = {tpmFde!:{password!:encryptionPassword}}
    encryptionSwap = 'protected_swap'|'secure_swap'|'random_swap'
    filesystem = {reuseIfPossible:bool type:filesystemType label path mountBy:'device'|'id'|'label'|'path'|'uuid'
      mkfsOptions:[text] mountOptions:[text]}
    filesystemType = filesystemTypeAny|filesystemTypeBtrfs
    filesystemTypeAny =
      'bcachefs'|'btrfs'|'exfat'|'ext2'|'ext3'|'ext4'|'f2fs'|'jfs'|'nfs'|'nilfs2'|'ntfs'|'reiserfs'|'swap'|'tmpfs'|'vfat'|'xfs'
    filesystemTypeBtrfs = {btrfs!:{snapshots:bool}}
    partitionedDrive = {search:driveSearch alias:alias ptableType:ptableType partitions!:[partitionElement]}
    ptableType = 'gpt'|'msdos'|'dasd'
    partitionElement =
      simpleVolumesGenerator|advancedPartitionsGenerator|regularPartition|partitionToDelete|partitionToDeleteIfNeeded
    simpleVolumesGenerator = {generate!:'default'|'mandatory'}
    advancedPartitionsGenerator = {generate!:{partitions!:'default'|'mandatory' encryption:encryption}}
    regularPartition = {search:partitionSearch alias:alias id:'linux'|'swap'|'lvm'|'raid'|'esp'|'prep'|'bios_boot'
      size:size encryption:encryption filesystem:filesystem}
    partitionSearch = searchAll|searchName|partitionAdvancedSearch
    partitionAdvancedSearch = {condition:partitionSearchCondition sort:partitionSearchSort max:searchMax
      ifNotFound:searchCreatableActions}
    partitionSearchCondition = searchConditionName|searchConditionSize|searchConditionPartitionNumber
    searchConditionPartitionNumber = {number!:positive}
    partitionSearchSort = partitionSearchSortCriterion|[partitionSearchSortCriterion]
    partitionSearchSortCriterion = partitionSearchSortCriterionShort|partitionSearchSortCriterionFull
    partitionSearchSortCriterionShort = 'name'|'size'|'number'
    partitionSearchSortCriterionFull = {name:searchSortCriterionOrder size:searchSortCriterionOrder
      number:searchSortCriterionOrder one(name size number)}
    searchCreatableActions = 'skip'|'error'|'create'
    size = sizeValue|[sizeValueWithCurrent]+|{min!:sizeValueWithCurrent max:sizeValueWithCurrent}
    sizeValueWithCurrent = sizeValue|'current'
    partitionToDelete = {search!:deletePartitionSearch delete!:true}
    deletePartitionSearch = searchAll|searchName|deletePartitionAdvancedSearch
    deletePartitionAdvancedSearch = {condition:partitionSearchCondition sort:partitionSearchSort max:searchMax
      ifNotFound:searchActions}
    partitionToDeleteIfNeeded = {search!:deletePartitionSearch deleteIfNeeded!:true size:size}
    volumeGroup = {name!:baseName extentSize:sizeValue physicalVolumes:[physicalVolumeElement]
      logicalVolumes:[logicalVolumeElement]}
    baseName = ~name
    physicalVolumeElement = alias|simplePhysicalVolumesGenerator|advancedPhysicalVolumesGenerator
    simplePhysicalVolumesGenerator = {generate!:[alias]}
    advancedPhysicalVolumesGenerator = {generate!:{targetDevices!:[alias] encryption:encryption}}
    logicalVolumeElement =
      simpleVolumesGenerator|advancedLogicalVolumesGenerator|logicalVolume|thinPoolLogicalVolume|thinLogicalVolume
    advancedLogicalVolumesGenerator = {generate!:{logicalVolumes!:'default'|'mandatory' encryption:encryption
      stripes:logicalVolumeStripes stripeSize:sizeValue}}
    logicalVolumeStripes = positive
    logicalVolume = {name:baseName size:size stripes:logicalVolumeStripes stripeSize:sizeValue encryption:encryption
      filesystem:filesystem}
    thinPoolLogicalVolume = {pool!:true alias:alias name:baseName size:size stripes:logicalVolumeStripes
      stripeSize:sizeValue encryption:encryption}
    thinLogicalVolume = {name:baseName size:size usedPool!:alias encryption:encryption filesystem:filesystem}
    mdRaidElement = nonPartitionedMdRaid|partitionedMdRaid
    nonPartitionedMdRaid = {search:mdRaidSearch alias:alias name:baseName level:mdRaidLevel parity:mdRaidParity
      chunkSize:sizeValue devices:mdRaidDevices encryption:encryption filesystem:filesystem}
    mdRaidSearch = searchAll|searchName|mdRaidAdvancedSearch
    mdRaidAdvancedSearch = {condition:mdRaidSearchCondition sort:mdRaidSearchSort max:searchMax
      ifNotFound:searchCreatableActions}
    mdRaidSearchCondition = searchConditionName|searchConditionSize
    mdRaidSearchSort = mdRaidSearchSortCriterion|[mdRaidSearchSortCriterion]
    mdRaidSearchSortCriterion = mdRaidSearchSortCriterionShort|mdRaidSearchSortCriterionFull
    mdRaidSearchSortCriterionShort = 'name'|'size'
    mdRaidSearchSortCriterionFull = {name:searchSortCriterionOrder size:searchSortCriterionOrder one(name size)}
    mdRaidLevel = 'raid0'|'raid1'|'raid5'|'raid6'|'raid10'
    mdRaidParity =
      'left_asymmetric'|'left_symmetric'|'right_asymmetric'|'right_symmetric'|'first'|'last'|'near_2'|'offset_2'|'far_2'|'near_3'|'offset_3'|'far_3'
    mdRaidDevices = [alias]
    partitionedMdRaid = {search:mdRaidSearch alias:alias name:baseName level:mdRaidLevel parity:mdRaidParity
      chunkSize:sizeValue devices:mdRaidDevices ptableType:ptableType partitions!:[partitionElement]}
    iscsi = {initiator targets:[target]}
    target = {address! port!:natural name! interface! startup:'onboot'|'manual'|'automatic' authByTarget:authentication
      authByInitiator:authentication}
    authentication = {username! password!}
    profile = {files:[file] scripts:{pre:[preScript] postPartitioning:[postPartitioning] post:[postScript]
      init:[initScript]} bootloader:{stopOnBootMenu:bool timeout:natural extraKernelParams} dasd:{devices:[{channel!
      state:'active'|'offline' format:bool diag:bool}]} zfcp:{devices:[{channel! wwpn! lun!}]} hostname:{static transient}
      security:{sslCertificates:[{fingerprint! algorithm!:'SHA1'|'SHA256'}]}
      software:{patterns:patternsArray|patternsObject packages:[text] onlyRequired:bool extraRepositories:[{alias! url!
      priority:int name productDir enabled:bool allowUnsigned:bool gpgFingerprints:[~fingerprint]}]}
      questions:{policy:'auto'|'user' answers:[answer]} product:{id! registrationCode registrationEmail registrationUrl
      addons:[{id! version registrationCode}]} network:{connections:[{id! interface customMacAddress macAddress
      mtu:natural method4:'auto'|'manual'|'link-local'|'disabled' method6:'auto'|'manual'|'link-local'|'disabled' gateway4
      gateway6 addresses:[text] nameservers:[text] dnsSearchlist:[text] ignoreAutoDns:bool
      status:'up'|'down'|'keep'|'removed' autoconnect:bool persistent:bool wireless:{password
      security:'none'|'owe'|'ieee8021x'|'wpa-psk'|'sae'|'wpa-eap'|'wpa-eap-suite-b-192' ssid
      mode:'infrastructure'|'adhoc'|'mesh'|'ap' hidden:bool band:'a'|'bg' channel:natural bssid
      groupAlgorithms:['wep40'|'wep104'|'tkip'|'ccmp'] pairwiseAlgorithms:['tkip'|'ccmp']
      wpaProtocolVersions:['wpa'|'rsn'] pmf:int}
      bond:{mode:'balance-rr'|'active-backup'|'balance-xor'|'broadcast'|'802.3ad'|'balance-tlb'|'balance-alb' options
      ports:[text]} bridge:{stp:bool forwardDelay:natural priority:natural maxAge:natural helloTime:natural ports:[text]}
      match:{kernel:[text] interface:[text] driver:[text] path:[text]}
      ieee-8021x:{eap:['leap'|'md5'|'tls'|'peap'|'ttls'|'pwd'|'fast']
      phase2Auth:'pap'|'chap'|'mschap'|'mschapv2'|'gtc'|'otp'|'md5'|'tls' identity password caCert caCertPassword
      clientCert clientCertPassword privateKey privateKeyPassword anonymousIdentity peapVersion:'0'|'1' peapLabel:bool}
      vlan:{id!:natural parent! protocol:'802.1Q'|'802.1ad' flags:['reorder-headers'|'gvrp'|'loose-binding'|'mvrp']}}]}
      user:{fullName! userName! password! hashedPassword:bool} root:{password hashedPassword:bool sshPublicKey}
      localization:{language keyboard timezone} storage:storage legacyAutoyastStorage:[{...}] iscsi:iscsi}
    """#)
}
